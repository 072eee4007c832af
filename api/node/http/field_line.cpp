#include "api/node/http/field_line.h"

#include "api/node/http/text.h"

namespace freshet::node {

namespace {

constexpr unsigned kBad = 400;
constexpr unsigned kNotImplemented = 501;

BodyFields refused(unsigned status, std::string_view why) {
  return {.refusal = Refusal{status, why}};
}

}  // namespace

std::optional<Refusal> take_field_line(std::string_view line, Fields& to) {
  if (is_blank(line.front())) return Refusal{kBad, "a field's line is folded"};
  auto const colon = line.find(':');
  if (colon == std::string_view::npos) return Refusal{kBad, "a field's line has no colon"};
  auto const name = line.substr(0, colon);
  if (!is_token(name)) return Refusal{kBad, "a field's name has characters that names have not"};
  auto const value = trimmed(line.substr(colon + 1));
  if (!is_field_value(value)) return Refusal{kBad, "a field's value has control characters"};
  to.add(name, value);
  return std::nullopt;
}

BodyFields read_body_fields(Fields const& fields, unsigned minor) {
  auto const codings = fields.count("Transfer-Encoding");
  auto const lengths = fields.count("Content-Length");
  if (codings > 0 && lengths > 0) return refused(kBad, "has a length and a transfer coding");
  if (codings > 1) return refused(kBad, "has more than one Transfer-Encoding");
  if (lengths > 1) return refused(kBad, "has more than one Content-Length");
  BodyFields body;
  if (codings == 1) {
    if (minor == 0) return refused(kBad, "has a transfer coding although it is HTTP/1.0");
    body.chunked = same_word(*fields.first("Transfer-Encoding"), "chunked");
    if (!body.chunked) return refused(kNotImplemented, "has a transfer coding besides chunked");
  }
  if (lengths == 1) {
    body.length = parse_number(*fields.first("Content-Length"));
    if (!body.length || *body.length > kToEnd / 2) return refused(kBad, "has a bad Content-Length");
  }
  return body;
}

bool persists(Fields const& fields, unsigned minor) {
  auto const options = fields.joined("Connection");
  if (!options) return minor >= 1;
  if (lists_word(*options, "close")) return false;
  return minor >= 1 || lists_word(*options, "keep-alive");
}

}  // namespace freshet::node
