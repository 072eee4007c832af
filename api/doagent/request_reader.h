// Reads the requests of the agent protocol, one after the other. Microsoft's client writes targets
// without a leading slash, so this is no reader of HTTP.
//
// Pure: bytes in, requests out. A value of one thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace freshet::doagent {

struct Request {
  std::string verb;
  std::string target;  // As sent, with or without a slash in front.
  bool wanted = true;  // Not from a web page, and for this host.
  bool closes = false;
};

class RequestReader {
 public:
  static constexpr std::size_t kHeadBytesMax = 32 * 1024;
  static constexpr std::size_t kBodyBytesMax = 64 * 1024;  // Passed over.

  // Takes what belongs to the next request; returns how much that was.
  [[nodiscard]] std::size_t feed(std::string_view bytes);
  // Nothing can be read any more.
  [[nodiscard]] bool broken() const { return broken_; }
  // The request, once it is whole; then the next begins.
  [[nodiscard]] std::optional<Request> take();

 private:
  void read_head();
  void read_line(std::string_view line);
  void read_field(std::string_view line);

  std::string head_;
  std::optional<Request> request_;
  std::size_t body_left_ = 0;
  std::optional<std::size_t> length_;
  bool broken_ = false;
};

}  // namespace freshet::doagent
