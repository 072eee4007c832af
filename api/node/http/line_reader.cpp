#include "api/node/http/line_reader.h"

#include <algorithm>

namespace freshet::node {

LineReader::Took LineReader::take(std::string_view& bytes) {
  if (line_is_held_) held_.clear();
  line_is_held_ = false;
  auto const newline = bytes.find('\n');
  auto const size = newline == std::string_view::npos ? bytes.size() : newline + 1;
  if (size > bytes_max_ - bytes_) return Took::too_long;
  auto const part = bytes.substr(0, size);
  bytes_ += size;
  bytes.remove_prefix(size);
  if (newline == std::string_view::npos) {
    // A CR that is not the last byte so far has no LF behind it.
    if (part.substr(0, part.empty() ? 0 : part.size() - 1).find('\r') != std::string_view::npos ||
        (!part.empty() && held_.ends_with('\r'))) {
      return Took::malformed;
    }
    held_ += part;
    return Took::more;
  }
  if (held_.empty()) return end_line(part);
  held_ += part;
  line_is_held_ = true;
  return end_line(held_);
}

LineReader::Took LineReader::end_line(std::string_view whole) {
  if (!whole.ends_with("\r\n")) return Took::malformed;
  whole.remove_suffix(2);
  if (whole.find('\r') != std::string_view::npos) return Took::malformed;
  line_ = whole;
  return Took::line;
}

void LineReader::reset() {
  bytes_ = 0;
  line_is_held_ = false;
  line_ = {};
  held_ = {};
}

}  // namespace freshet::node
