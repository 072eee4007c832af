#include "api/node/http/response_reader.h"

#include <algorithm>
#include <utility>

#include "api/node/http/field_line.h"
#include "api/node/http/text.h"

namespace freshet::node {

namespace {

constexpr unsigned kBadGateway = 502;

std::optional<Refusal> bad(std::string_view why) {
  return Refusal{kBadGateway, why};
}

bool has_no_body(unsigned status, std::string_view method) {
  return method == "HEAD" || status < 200 || status == 204 || status == 304;
}

}  // namespace

ResponseReader::ResponseReader(std::string method, HeadLimits limits)
    : method_(std::move(method)), limits_(limits), lines_(limits.head_bytes_max) {}

void ResponseReader::feed(std::string_view& bytes) {
  while (!bytes.empty() && (state_ == State::start || state_ == State::fields)) {
    switch (lines_.take(bytes)) {
      case LineReader::Took::line:
        take_line(lines_.line());
        break;
      case LineReader::Took::more:
        return;
      case LineReader::Took::too_long:
        return refuse("the head of the answer is too long");
      case LineReader::Took::malformed:
        return refuse("a line of the answer does not end in CR LF");
    }
  }
}

void ResponseReader::take_line(std::string_view line) {
  std::optional<Refusal> refusal;
  if (state_ == State::start) {
    refusal = status_line(line);
    state_ = State::fields;
  } else if (line.empty()) {
    refusal = finish();
    state_ = State::done;
  } else if (head_.fields.size() == limits_.fields_max) {
    refusal = bad("the answer has too many fields");
  } else {
    refusal = take_field_line(line, head_.fields);
  }
  if (refusal) refuse(refusal->why);
}

std::optional<Refusal> ResponseReader::status_line(std::string_view line) {
  bool const http1 = line.size() >= 12 && line.starts_with("HTTP/1.") && is_digit(line[7]) &&
                     line[8] == ' ' && (line.size() == 12 || line[12] == ' ');
  auto const status = http1 ? parse_number(line.substr(9, 3)) : std::nullopt;
  if (!status || *status < 100 || *status > 599) return bad("the status line is malformed");
  auto const reason = line.substr(std::min<std::size_t>(13, line.size()));
  if (!is_field_value(reason)) return bad("the status line has control characters");
  if (*status == 101) return bad("the answer changes to a protocol nobody asked for");
  head_.status = static_cast<unsigned>(*status);
  head_.reason = reason;
  head_.minor = line[7] == '0' ? 0 : 1;
  return std::nullopt;
}

std::optional<Refusal> ResponseReader::finish() {
  auto const body = read_body_fields(head_.fields, head_.minor);
  if (body.refusal) return body.refusal;
  head_.keep_alive = persists(head_.fields, head_.minor);
  if (has_no_body(head_.status, method_)) return std::nullopt;
  if (body.chunked) {
    head_.framing = Framing::chunked;
  } else if (body.length) {
    head_.framing = *body.length == 0 ? Framing::none : Framing::length;
    head_.body_bytes = *body.length;
  } else {
    head_.framing = Framing::until_close;
    head_.keep_alive = false;
  }
  return std::nullopt;
}

void ResponseReader::refuse(std::string_view why) {
  refusal_ = Refusal{kBadGateway, why};
  state_ = State::refused;
}

ResponseHead ResponseReader::take() {
  lines_.reset();
  state_ = State::start;
  refusal_.reset();
  return std::exchange(head_, {});
}

}  // namespace freshet::node
