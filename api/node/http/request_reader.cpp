#include "api/node/http/request_reader.h"

#include <algorithm>
#include <utility>

#include "api/node/http/field_line.h"
#include "api/node/http/text.h"

namespace freshet::node {

namespace {

constexpr std::size_t kMethodBytesMax = 32;

bool is_target(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

std::optional<Refusal> read_version(std::string_view text, unsigned& minor) {
  if (text.size() != 8 || !text.starts_with("HTTP/") || !is_digit(text[5]) || text[6] != '.' ||
      !is_digit(text[7])) {
    return Refusal{400, "the request line has no version"};
  }
  if (text[5] != '1') return Refusal{505, "the request is not of HTTP/1"};
  minor = text[7] == '0' ? 0 : 1;
  return std::nullopt;
}

// Names or addresses with a port; a user's name has no business in it.
bool is_host(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return is_alpha(c) || is_digit(c) ||
           std::string_view("-._~:[]%!$&'()*+,;=").find(c) != std::string_view::npos;
  });
}

std::optional<Refusal> judge_host(Fields const& fields, unsigned minor) {
  auto const hosts = fields.count("Host");
  if (hosts > 1) return Refusal{400, "has more than one Host"};
  if (hosts == 0) {
    return minor == 0 ? std::nullopt : std::optional(Refusal{400, "has no Host"});
  }
  if (!is_host(*fields.first("Host"))) return Refusal{400, "has a malformed Host"};
  return std::nullopt;
}

// Fields by which a message is framed and routed are not the connection's alone.
std::optional<Refusal> judge_connection(Fields const& fields) {
  auto const options = fields.joined("Connection");
  if (!options) return std::nullopt;
  for (auto const name : {"Host", "Content-Length", "Transfer-Encoding"}) {
    if (lists_word(*options, name)) return Refusal{400, "Connection names a field of framing"};
  }
  return std::nullopt;
}

}  // namespace

RequestReader::RequestReader(HeadLimits limits) : limits_(limits), lines_(limits.head_bytes_max) {}

void RequestReader::feed(std::string_view& bytes) {
  while (!bytes.empty() && (state_ == State::start || state_ == State::fields)) {
    switch (lines_.take(bytes)) {
      case LineReader::Took::line:
        take_line(lines_.line());
        break;
      case LineReader::Took::more:
        return;
      case LineReader::Took::too_long:
        return refuse(state_ == State::start ? Refusal{414, "the request line is too long"}
                                             : Refusal{431, "the head is too long"});
      case LineReader::Took::malformed:
        return refuse({400, "a line does not end in CR LF"});
    }
  }
}

void RequestReader::take_line(std::string_view line) {
  std::optional<Refusal> refusal;
  if (state_ == State::start) {
    if (line.empty()) return;  // RFC 9112 §2.2: some send one after a body.
    refusal = request_line(line);
    state_ = State::fields;
  } else if (line.empty()) {
    refusal = finish();
    state_ = State::done;
  } else if (head_.fields.size() == limits_.fields_max) {
    refusal = Refusal{431, "the head has too many fields"};
  } else {
    refusal = take_field_line(line, head_.fields);
  }
  if (refusal) refuse(*refusal);
}

std::optional<Refusal> RequestReader::request_line(std::string_view line) {
  auto const first = line.find(' ');
  auto const last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) {
    return Refusal{400, "the request line has not three parts"};
  }
  auto const method = line.substr(0, first);
  auto const target = line.substr(first + 1, last - first - 1);
  if (!is_token(method)) return Refusal{400, "the method is malformed"};
  if (method.size() > kMethodBytesMax) return Refusal{501, "the method is not known"};
  if (target.empty() || !is_target(target)) return Refusal{400, "the target is malformed"};
  if (target.size() > limits_.target_bytes_max) return Refusal{414, "the target is too long"};
  head_.method = method;
  head_.target = target;
  return read_version(line.substr(last + 1), head_.minor);
}

std::optional<Refusal> RequestReader::finish() {
  if (auto refusal = judge_host(head_.fields, head_.minor)) return refusal;
  if (auto refusal = judge_connection(head_.fields)) return refusal;
  auto const body = read_body_fields(head_.fields, head_.minor);
  if (body.refusal) return body.refusal;
  if (body.chunked) head_.framing = Framing::chunked;
  if (body.length && *body.length > 0) {
    head_.framing = Framing::length;
    head_.body_bytes = *body.length;
  }
  head_.keep_alive = persists(head_.fields, head_.minor);
  if (auto const expected = head_.fields.joined("Expect"); expected && head_.minor > 0) {
    if (!same_word(*expected, "100-continue")) return Refusal{417, "expects what is not known"};
    head_.expects_continue = head_.framing != Framing::none;
  }
  return std::nullopt;
}

void RequestReader::refuse(Refusal refusal) {
  refusal_ = refusal;
  state_ = State::refused;
}

RequestHead RequestReader::take() {
  lines_.reset();
  state_ = State::start;
  refusal_.reset();
  return std::exchange(head_, {});
}

}  // namespace freshet::node
