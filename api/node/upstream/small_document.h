// A small document of a server, fetched whole: 200 and at most so many bytes, or nothing.
//
// `done` runs once, on the upstream thread.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "api/node/http/response_reader.h"
#include "engine/ports/upstream.h"

namespace freshet::node {

class SmallDocument final : public UpstreamSink {
 public:
  using Done = std::function<void(Result<std::string>)>;
  SmallDocument(std::size_t bytes_max, Done done)
      : reader_("GET"), bytes_max_(bytes_max), done_(std::move(done)) {}

  [[nodiscard]] Result<void> on_head(std::string_view lines) override;
  [[nodiscard]] Result<Taken> on_body(std::span<std::byte const> bytes) override;
  void on_end(Result<void> how) override;

 private:
  ResponseReader reader_;
  std::size_t const bytes_max_;
  Done const done_;
  unsigned status_ = 0;
  std::string text_;
};

}  // namespace freshet::node
