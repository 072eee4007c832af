#include "api/node/http/conditions.h"

#include <algorithm>

#include "api/node/http/dates.h"
#include "api/node/http/text.h"

namespace freshet::node {

namespace {

constexpr std::string_view kConditions[]{"If-Match", "If-None-Match", "If-Modified-Since",
                                         "If-Unmodified-Since", "If-Range"};

bool is_tag_char(char c) {
  auto const byte = static_cast<unsigned char>(c);
  return byte == 0x21 || (byte >= 0x23 && byte != 0x7f);
}

// Whether a list of tags, or "*", has this one.
bool lists_tag(std::string_view list, std::optional<EntityTag> const& tag, bool weakly) {
  if (trimmed(list) == "*") return true;
  if (!tag) return false;
  ListReader elements(list, false);
  while (auto const element = elements.next()) {
    auto const other = parse_entity_tag(*element);
    if (other && (weakly ? weakly_same(*other, *tag) : strongly_same(*other, *tag))) return true;
  }
  return false;
}

bool passes_if_match(Fields const& request, Fields const& stored) {
  if (auto const match = request.joined("If-Match")) {
    return lists_tag(*match, entity_tag(stored), false);
  }
  auto const since = date_field(request, "If-Unmodified-Since");
  auto const modified = date_field(stored, "Last-Modified");
  return !since || (modified && *modified <= *since);
}

// RFC 9111 §4.3.2: where there is no Last-Modified, Date stands for it, then the time of receipt.
bool passes_if_none_match(Fields const& request, Fields const& stored, WallTime received) {
  if (auto const none = request.joined("If-None-Match")) {
    return !lists_tag(*none, entity_tag(stored), true);
  }
  auto const since = date_field(request, "If-Modified-Since");
  if (!since) return true;
  auto modified = date_field(stored, "Last-Modified");
  if (!modified) modified = date_field(stored, "Date");
  return modified.value_or(received) > *since;
}

}  // namespace

std::optional<EntityTag> parse_entity_tag(std::string_view text) {
  EntityTag tag;
  tag.weak = text.starts_with("W/");
  if (tag.weak) text.remove_prefix(2);
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::nullopt;
  if (!std::ranges::all_of(text.substr(1, text.size() - 2), is_tag_char)) return std::nullopt;
  tag.opaque = text;
  return tag;
}

bool strongly_same(EntityTag const& a, EntityTag const& b) {
  return !a.weak && !b.weak && a.opaque == b.opaque;
}

bool weakly_same(EntityTag const& a, EntityTag const& b) {
  return a.opaque == b.opaque;
}

std::optional<EntityTag> entity_tag(Fields const& fields) {
  auto const value = fields.only("ETag");
  return value ? parse_entity_tag(*value) : std::nullopt;
}

bool has_strong_validator(Fields const& fields) {
  if (auto const tag = entity_tag(fields)) return !tag->weak;
  auto const modified = date_field(fields, "Last-Modified");
  auto const date = date_field(fields, "Date");
  return modified && date && *date - *modified >= std::chrono::seconds{1};
}

bool has_validator(Fields const& fields) {
  return entity_tag(fields) || date_field(fields, "Last-Modified");
}

Verdict judge_conditions(Fields const& request, Fields const& stored, WallTime received) {
  if (!passes_if_match(request, stored)) return Verdict::precondition_failed;
  return passes_if_none_match(request, stored, received) ? Verdict::send : Verdict::not_modified;
}

bool range_applies(Fields const& request, Fields const& stored) {
  if (!request.has("If-Range")) return true;
  auto const value = request.only("If-Range");
  if (!value) return false;
  if (auto const tag = parse_entity_tag(*value)) {
    auto const ours = entity_tag(stored);
    return ours && strongly_same(*tag, *ours);
  }
  auto const date = date_field(request, "If-Range");
  auto const modified = date_field(stored, "Last-Modified");
  auto const sent = date_field(stored, "Date");
  // RFC 9110 §13.1.5: the date must be a strong validator, and exactly ours.
  return date && modified && *date == *modified && sent &&
         *sent - *modified >= std::chrono::seconds{1};
}

bool has_conditions(Fields const& request) {
  return std::ranges::any_of(kConditions, [&](auto name) { return request.has(name); });
}

void remove_conditions(Fields& request) {
  for (auto const name : kConditions) request.remove(name);
}

}  // namespace freshet::node
