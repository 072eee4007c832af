#include "engine/origin/answer_head.h"

#include <algorithm>

namespace freshet {

namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

bool AnswerHead::has(std::string_view name) const {
  return std::ranges::any_of(fields, [name](Field const& field) { return field.name == name; });
}

std::string AnswerHead::get(std::string_view name) const {
  std::string joined;
  for (auto const& field : fields) {
    if (field.name != name) continue;
    if (!joined.empty()) joined += ", ";
    joined += field.value;
  }
  return joined;
}

Result<void> HeadReader::line(std::string_view text) {
  if (text.starts_with("HTTP/")) return status_line(trimmed(text));
  if (complete_) return {};
  if (head_.status == 0) return fail(Errc::protocol_error, {}, "the answer has no status line");
  if (trimmed(text).empty()) {
    complete_ = head_.status >= 200;
    return {};
  }
  return field_line(text);
}

Result<void> HeadReader::status_line(std::string_view text) {
  auto const bytes = bytes_;
  *this = HeadReader();
  bytes_ = bytes + text.size();
  if (bytes_ > kHeadBytesMax) return fail(Errc::protocol_error, {}, "the head is too large");
  auto const space = text.find(' ');
  auto const code = space == std::string_view::npos ? "" : text.substr(space + 1, 3);
  if (code.size() != 3 || !std::ranges::all_of(code, is_digit) || code[0] == '0') {
    return fail(Errc::protocol_error, {}, "the status line is malformed");
  }
  head_.status = (code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0');
  head_.version = text.substr(5, space - 5);
  keep(text);
  return {};
}

// Whole lines: the first that has no room is the last that is looked at.
void HeadReader::keep(std::string_view text) {
  constexpr std::string_view kEnd = "\r\n";
  while (!text.empty() && (text.back() == '\r' || text.back() == '\n')) text.remove_suffix(1);
  text_full_ = text_full_ || head_.text.size() + text.size() + kEnd.size() > kTextBytesMax;
  if (text_full_) return;
  head_.text += text;
  head_.text += kEnd;
}

Result<void> HeadReader::field_line(std::string_view text) {
  bytes_ += text.size();
  if (bytes_ > kHeadBytesMax) return fail(Errc::protocol_error, {}, "the head is too large");
  keep(text);
  if (is_space(text.front()) && !head_.fields.empty()) {  // Folded (RFC 9112 §5.2).
    head_.fields.back().value += ' ';
    head_.fields.back().value += trimmed(text);
    return {};
  }
  auto const colon = text.find(':');
  if (colon == std::string_view::npos) return {};
  AnswerHead::Field field{std::string(trimmed(text.substr(0, colon))),
                          std::string(trimmed(text.substr(colon + 1)))};
  std::ranges::transform(field.name, field.name.begin(), lower);
  head_.fields.push_back(std::move(field));
  return {};
}

}  // namespace freshet
