// Exchanges with HTTP servers as they are: the request as given, the head and the body as sent.
// What the node fetches and hands on by.
//
// Nothing is followed, decoded or judged but the framing of the body. Methods on any thread; a sink
// is called on the upstream thread, and must not wait.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ports/origin.h"

namespace freshet {

enum class ExchangeId : std::uint64_t { none = 0 };

struct UpstreamRequest {
  std::string url;  // http or https, without credentials.
  std::string method = "GET";
  std::vector<HttpHeader> headers;  // All of them, but for framing; Host when it is not the URL's.
  std::string body;                // Sent with its length, when the method is none of GET and HEAD.
  std::string proxy;               // Empty: none.
  bool private_addresses = false;  // Whether the server may have an address that is not public.
  Duration connect_timeout = std::chrono::seconds{10};
  Duration stall_timeout = std::chrono::seconds{30};  // Without a byte although we read.
};

class UpstreamSink {
 public:
  virtual ~UpstreamSink() = default;

  enum class Taken {
    all,
    wait,  // Nothing was taken: the same bytes come again after `Upstream::resume`.
  };
  // Lines of heads, interim ones too, as they were sent. Trailers are left out. An error ends the
  // exchange with it.
  [[nodiscard]] virtual Result<void> on_head(std::string_view lines) = 0;
  [[nodiscard]] virtual Result<Taken> on_body(std::span<std::byte const> bytes) = 0;
  // What had come is handed over, more may come later: the time to tell others of it.
  virtual void on_lull() {}
  // The last call, also after `cancel`. Without error: all of the body has come.
  virtual void on_end(Result<void> how) = 0;
};

class Upstream {
 public:
  virtual ~Upstream() = default;

  // The sink is kept until its `on_end` has returned.
  virtual ExchangeId start(UpstreamRequest request, std::shared_ptr<UpstreamSink> sink) = 0;
  virtual void resume(ExchangeId exchange) = 0;
  // Ends it with `cancelled`, soon.
  virtual void cancel(ExchangeId exchange) = 0;
};

}  // namespace freshet
