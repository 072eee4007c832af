#include "api/doagent/request_reader.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "api/doagent/words.h"

namespace freshet::doagent {

namespace {

constexpr std::string_view kBlanks = " \t\r";

std::string_view trimmed(std::string_view text) {
  auto const begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

// Whether a head ends at `head`, which ends with a line.
bool ends_head(std::string_view head) {
  return head.ends_with("\n\r\n") || head.ends_with("\n\n");
}

bool names_this_host(std::string_view host) {
  auto const colon = host.rfind(':');
  auto const digits = colon == std::string_view::npos ? "0" : host.substr(colon + 1);
  bool const port = !digits.empty() && std::ranges::all_of(digits, is_digit);
  auto const name = host.substr(0, colon);
  return port && (name == "127.0.0.1" || same_letters(name, "localhost"));
}

}  // namespace

std::size_t RequestReader::feed(std::string_view bytes) {
  std::size_t used = 0;
  while (used < bytes.size() && !request_ && !broken_) {
    auto const rest = bytes.substr(used);
    auto const line_end = rest.find('\n');
    auto const take = line_end == std::string_view::npos ? rest.size() : line_end + 1;
    if (head_.size() + take > kHeadBytesMax) {
      broken_ = true;
      break;
    }
    head_ += rest.substr(0, take);
    used += take;
    // Empty lines before a request are what some clients put behind a body (RFC 9112 §2.2).
    if (head_ == "\n" || head_ == "\r\n") head_.clear();
    if (ends_head(head_)) read_head();
  }
  auto const body = std::min(body_left_, bytes.size() - used);
  body_left_ -= body;
  return used + body;
}

std::optional<Request> RequestReader::take() {
  if (!request_ || body_left_ > 0 || broken_) return std::nullopt;
  auto request = std::move(request_);
  request_.reset();
  return request;
}

void RequestReader::read_head() {
  auto const head = std::exchange(head_, {});
  request_.emplace();
  length_.reset();
  std::string_view rest = head;
  bool first = true;
  while (!rest.empty() && !broken_) {
    auto const line = trimmed(rest.substr(0, rest.find('\n')));
    rest.remove_prefix(rest.find('\n') + 1);
    if (line.empty()) break;
    if (std::exchange(first, false)) {
      read_line(line);
    } else {
      read_field(line);
    }
  }
  body_left_ = length_.value_or(0);
}

void RequestReader::read_line(std::string_view line) {
  auto const verb_end = line.find(' ');
  auto const target_end = line.rfind(' ');
  if (verb_end == std::string_view::npos || target_end <= verb_end) {
    broken_ = true;
    return;
  }
  auto const version = line.substr(target_end + 1);
  request_->verb = line.substr(0, verb_end);
  request_->target = line.substr(verb_end + 1, target_end - verb_end - 1);
  request_->closes = version == "HTTP/1.0";
  broken_ = !version.starts_with("HTTP/1.") ||
            request_->target.find_first_of(" \t\r") != std::string::npos;
}

void RequestReader::read_field(std::string_view line) {
  auto const colon = line.find(':');
  auto const name = line.substr(0, colon);
  auto const value = colon == std::string_view::npos ? "" : trimmed(line.substr(colon + 1));
  if (same_letters(name, "Content-Length")) {
    std::size_t length = 0;
    auto const parsed = std::from_chars(value.data(), value.data() + value.size(), length);
    broken_ = broken_ || parsed.ec != std::errc() || parsed.ptr != value.data() + value.size() ||
              length > kBodyBytesMax || length_.value_or(length) != length;
    length_ = length;
  } else if (same_letters(name, "Transfer-Encoding")) {
    broken_ = true;  // Where such a request ends is not for us to know.
  } else if (same_letters(name, "Connection")) {
    request_->closes = request_->closes || same_letters(value, "close");
  } else if (same_letters(name, "Host")) {
    request_->wanted = request_->wanted && names_this_host(value);
  } else if (same_letters(name, "Origin") || same_letters(name, "Referer") ||
             same_letters(name.substr(0, 10), "Sec-Fetch-")) {
    request_->wanted = false;
  }
}

}  // namespace freshet::doagent
