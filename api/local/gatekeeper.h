// Who may come in over TCP: those who know the token and were not sent by a web page.
//
// Any thread; does not change.
#pragma once

#include <optional>
#include <string>

#include "api/local/http_reader.h"
#include "freshet/error.h"

namespace freshet::local {

class Gatekeeper {
 public:
  // Empty token: nobody comes in over TCP.
  explicit Gatekeeper(std::string const& token);

  struct Refusal {
    unsigned status = 0;
    Error error;
  };
  // For requests on TCP. `open`: the token is not asked for.
  [[nodiscard]] std::optional<Refusal> refuse(HttpRequest const& request, bool open) const;

 private:
  std::string token_digest_;
};

// "localhost", "127.0.0.1:8080", "[::1]".
[[nodiscard]] bool is_loopback_host(std::string_view host);

// The token in this file, which is made with a new one when it is absent. permission_denied when
// others may read it.
[[nodiscard]] Result<std::string> token_in(std::string const& path);

}  // namespace freshet::local
