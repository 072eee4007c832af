#include "api/node/http/chunks.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "api/node/http/field_line.h"
#include "api/node/http/text.h"

namespace freshet::node {

namespace {

constexpr std::size_t kSizeDigitsMax = 15;

// RFC 9110 §6.5.1: what a recipient must have known before the body.
constexpr std::array<std::string_view, 20> kNotInTrailers{"Transfer-Encoding",
                                                          "Content-Length",
                                                          "Host",
                                                          "Trailer",
                                                          "Content-Encoding",
                                                          "Content-Type",
                                                          "Content-Range",
                                                          "Cache-Control",
                                                          "Expires",
                                                          "Date",
                                                          "Vary",
                                                          "Age",
                                                          "Location",
                                                          "Authorization",
                                                          "Set-Cookie",
                                                          "Connection",
                                                          "Via",
                                                          "Retry-After",
                                                          "WWW-Authenticate",
                                                          "Proxy-Authenticate"};

bool allowed_in_trailers(std::string_view name) {
  return std::ranges::none_of(kNotInTrailers,
                              [&](std::string_view other) { return same_word(name, other); });
}

}  // namespace

ChunkReader::ChunkReader(HeadLimits limits) : limits_(limits), lines_(limits.head_bytes_max) {}

std::string_view ChunkReader::feed(std::string_view& bytes) {
  while (!bytes.empty() && state_ != State::done && state_ != State::refused) {
    if (state_ == State::content) {
      auto const content =
          bytes.substr(0, static_cast<std::size_t>(std::min<Bytes>(left_, bytes.size())));
      bytes.remove_prefix(content.size());
      left_ -= content.size();
      if (left_ == 0) state_ = State::content_end;
      return content;
    }
    switch (lines_.take(bytes)) {
      case LineReader::Took::line:
        take_line(lines_.line());
        break;
      case LineReader::Took::more:
        return {};
      case LineReader::Took::too_long:
        refuse("what frames the chunks is too long");
        return {};
      case LineReader::Took::malformed:
        refuse("a line between chunks does not end in CR LF");
        return {};
    }
  }
  return {};
}

void ChunkReader::take_line(std::string_view line) {
  if (state_ == State::content_end) {
    if (!line.empty()) return refuse("a chunk is longer than it said");
    lines_.reset();
    state_ = State::size;
  } else if (state_ == State::size) {
    take_size(line);
  } else if (line.empty()) {
    state_ = State::done;
  } else {
    take_trailer(line);
  }
}

void ChunkReader::take_size(std::string_view line) {
  auto const* const begin = line.data();
  auto const [end, error] = std::from_chars(begin, begin + line.size(), left_, 16);
  auto const digits = static_cast<std::size_t>(end - begin);
  if (error != std::errc{} || digits > kSizeDigitsMax || line.front() == '-') {
    return refuse("the size of a chunk is malformed");
  }
  auto const extension = trimmed(line.substr(digits));
  if (!extension.empty() && (extension.front() != ';' || !is_field_value(extension))) {
    return refuse("the size of a chunk is malformed");
  }
  overhead_ += extension.size();
  if (overhead_ > limits_.head_bytes_max) return refuse("the extensions of chunks are too long");
  state_ = left_ == 0 ? State::trailers : State::content;
  lines_.reset();
}

void ChunkReader::take_trailer(std::string_view line) {
  if (trailers_.size() == limits_.fields_max) return refuse("there are too many trailers");
  Fields one;
  if (auto const refusal = take_field_line(line, one)) return refuse(refusal->why);
  if (allowed_in_trailers(one[0].name)) trailers_.add(one[0].name, one[0].value);
}

void ChunkReader::refuse(std::string_view why) {
  refusal_ = Refusal{400, why};
  state_ = State::refused;
}

std::string chunk_head(std::size_t size) {
  std::array<char, 18> digits{};
  auto const [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16);
  static_cast<void>(error);  // Sixteen digits fit.
  return std::string(digits.data(), end).append("\r\n");
}

std::string last_chunk(Fields const& trailers) {
  std::string out = "0\r\n";
  trailers.append_to(out);
  return out.append("\r\n");
}

}  // namespace freshet::node
