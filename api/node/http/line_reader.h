// Takes lines that end in CR LF out of bytes that come in pieces, up to an empty one; a lone CR or
// LF is refused. What both heads and trailers are read by.
//
// Pure; one thread. It holds an unfinished line, so at most `bytes_max`.
#pragma once

#include <string>
#include <string_view>

namespace freshet::node {

class LineReader {
 public:
  explicit LineReader(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  enum class Took { line, more, too_long, malformed };
  // Takes from the front of `bytes`. After `line`, `line()` has it without its end.
  [[nodiscard]] Took take(std::string_view& bytes);
  // Until the next call, and as long as the bytes that were given.
  [[nodiscard]] std::string_view line() const { return line_; }
  // Of all lines so far, with their ends.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  // Whether something came since it was made or reset.
  [[nodiscard]] bool began() const { return bytes_ > 0; }
  // Begins to count anew, and gives memory back.
  void reset();

 private:
  [[nodiscard]] Took end_line(std::string_view whole);

  std::size_t const bytes_max_;
  std::size_t bytes_ = 0;
  std::string held_;  // Of a line whose end has not come.
  std::string_view line_;
  bool line_is_held_ = false;
};

}  // namespace freshet::node
