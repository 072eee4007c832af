// Reads one answer of HTTP/1.1 from bytes. Pure: no socket, no clock.
//
// It takes what the daemon sends: a body with a Content-Length, none, or one that ends with the
// connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "freshet/error.h"

namespace freshet::remote {

struct AnswerHead {
  unsigned status = 0;
  std::string type;                   // Of the content, without parameters.
  std::optional<std::size_t> length;  // Of the body; absent: until the connection ends.
  bool keep_alive = true;
  std::optional<unsigned> retry_after;  // Seconds.
  std::optional<std::uint64_t> whole;   // Of what a Content-Range is a part.
  std::string version;                  // An ETag, without its quotes.
};

class AnswerReader {
 public:
  static constexpr std::size_t kHeadBytesMax = 16 * 1024;

  explicit AnswerReader(std::size_t body_bytes_max) : body_bytes_max_(body_bytes_max) {}

  // How many of the bytes belong to this answer. protocol_error, limit_reached.
  [[nodiscard]] Result<std::size_t> feed(std::string_view bytes);
  // The connection has ended. connection_lost when the answer has not.
  [[nodiscard]] Result<void> end();

  [[nodiscard]] std::optional<AnswerHead> const& head() const { return head_; }
  [[nodiscard]] bool done() const { return done_; }
  // What has come of the body since the last call.
  [[nodiscard]] std::string take_body() { return std::exchange(body_, {}); }

 private:
  [[nodiscard]] Result<std::size_t> feed_head(std::string_view bytes);
  [[nodiscard]] Result<std::size_t> feed_body(std::string_view bytes);

  std::size_t body_bytes_max_;
  std::string head_text_;
  std::optional<AnswerHead> head_;
  std::string body_;
  std::size_t body_bytes_ = 0;  // In all.
  bool done_ = false;
};

}  // namespace freshet::remote
