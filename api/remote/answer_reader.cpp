#include "api/remote/answer_reader.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace freshet::remote {

namespace {

tl::unexpected<Error> wrong(std::string why) {
  return fail(Errc::protocol_error, "daemon", std::move(why));
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string made(text);
  for (char& c : made) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return made;
}

template <typename T>
std::optional<T> whole_number(std::string_view text) {
  T value{};
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Result<void> take_field(AnswerHead& head, std::string_view line) {
  auto const colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return wrong("sent no header field");
  auto const name = lower(line.substr(0, colon));
  auto const value = trimmed(line.substr(colon + 1));
  if (name == "content-length") {
    auto const length = whole_number<std::size_t>(value);
    if (!length || head.length) return wrong("sent no Content-Length that can be read");
    head.length = length;
  } else if (name == "transfer-encoding") {
    return wrong("sent a Transfer-Encoding");
  } else if (name == "connection") {
    head.keep_alive = lower(value) != "close";
  } else if (name == "content-type") {
    head.type = lower(trimmed(value.substr(0, value.find(';'))));
  } else if (name == "retry-after") {
    head.retry_after = whole_number<unsigned>(value);
  } else if (name == "content-range") {
    head.whole =
        whole_number<std::uint64_t>(value.substr(std::min(value.find('/'), value.size() - 1) + 1));
  } else if (name == "etag") {
    head.version = value.size() < 2 ? "" : value.substr(1, value.size() - 2);
  }
  return {};
}

// RFC 9112 §4; `text` ends before the empty line.
Result<AnswerHead> parse_head(std::string_view text) {
  auto const next_line = [&] {
    auto const end = std::min(text.find("\r\n"), text.size());
    auto const line = text.substr(0, end);
    text.remove_prefix(std::min(end + 2, text.size()));
    return line;
  };
  auto const status_line = next_line();
  if (!status_line.starts_with("HTTP/1.1 ")) return wrong("does not speak HTTP/1.1");
  auto const status = whole_number<unsigned>(status_line.substr(9, 3));
  bool const right = status && *status >= 100 && *status < 600 &&
                     (status_line.size() == 12 || status_line[12] == ' ');
  if (!right) return wrong("sent no status");
  AnswerHead head;
  head.status = *status;
  while (!text.empty()) {
    if (auto taken = take_field(head, next_line()); !taken) return tl::unexpected(taken.error());
  }
  bool const bodiless = head.status < 200 || head.status == 204 || head.status == 304;
  if (bodiless) head.length = 0;
  return head;
}

}  // namespace

Result<std::size_t> AnswerReader::feed(std::string_view bytes) {
  std::size_t used = 0;
  while (!head_ && used < bytes.size()) {
    auto const taken = feed_head(bytes.substr(used));
    if (!taken) return taken;
    used += *taken;
  }
  if (!head_ || done_) return used;
  auto const taken = feed_body(bytes.substr(used));
  if (!taken) return taken;
  return used + *taken;
}

Result<std::size_t> AnswerReader::feed_head(std::string_view bytes) {
  auto const before = head_text_.size();
  head_text_ += bytes.substr(0, kHeadBytesMax + 1 - before);
  auto const end = head_text_.find("\r\n\r\n", before < 3 ? 0 : before - 3);
  if (end == std::string::npos) {
    if (head_text_.size() > kHeadBytesMax) return wrong("sent too long a head");
    return bytes.size();
  }
  auto head = parse_head(std::string_view(head_text_).substr(0, end));
  if (!head) return tl::unexpected(head.error());
  head_text_.clear();
  if (head->status >= 200) {  // Others come before the answer.
    head_ = std::move(*head);
    done_ = head_->length == 0U;
  }
  return end + 4 - before;
}

Result<std::size_t> AnswerReader::feed_body(std::string_view bytes) {
  auto const wanted = head_->length ? *head_->length - body_bytes_ : bytes.size();
  auto const part = bytes.substr(0, wanted);
  if (body_bytes_ + part.size() > body_bytes_max_ && head_->length) {
    return fail(Errc::limit_reached, "daemon", "its answer is too long");
  }
  body_ += part;
  body_bytes_ += part.size();
  done_ = head_->length == body_bytes_;
  return part.size();
}

Result<void> AnswerReader::end() {
  if (head_ && !head_->length) done_ = true;
  if (done_) return {};
  return fail(Errc::connection_lost, "daemon", "closed the connection before its answer");
}

}  // namespace freshet::remote
