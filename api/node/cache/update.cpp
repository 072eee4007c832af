#include "api/node/cache/update.h"

#include <algorithm>
#include <array>

#include "api/node/cache/vary.h"
#include "api/node/http/conditions.h"
#include "api/node/http/dates.h"
#include "api/node/http/text.h"
#include "engine/origin/content_range.h"

namespace freshet::node {

namespace {

// What describes the stored bytes: a message without them cannot change it.
constexpr std::string_view kOfContent[]{"Content-Length", "Content-Encoding", "Content-Range",
                                        "Content-Type"};

bool same_modification(Fields const& a, Fields const& b) {
  auto const date = date_field(a, "Last-Modified");
  return date && date == date_field(b, "Last-Modified");
}

WallTime date_of(StoredHead const& stored) {
  return date_field(stored.fields, "Date").value_or(stored.received);
}

// Whether the 304's validator, whichever it has, is the stored one's.
bool validates(Fields const& not_modified, Fields const& stored) {
  if (auto const tag = entity_tag(not_modified)) {
    auto const ours = entity_tag(stored);
    return ours && weakly_same(*tag, *ours);
  }
  return same_modification(not_modified, stored);
}

bool is_safe(std::string_view method) {
  constexpr std::array<std::string_view, 4> safe{"GET", "HEAD", "OPTIONS", "TRACE"};
  return std::ranges::find(safe, method) != safe.end();
}

}  // namespace

std::vector<std::size_t> freshened_by(Fields const& not_modified,
                                      std::span<StoredHead const* const> variants) {
  std::vector<std::size_t> found;
  bool const named = has_validator(not_modified);
  for (std::size_t i = 0; i < variants.size(); ++i) {
    auto const& fields = variants[i]->fields;
    if (named ? validates(not_modified, fields) : !has_validator(fields)) found.push_back(i);
  }
  // RFC 9111 §4.3.4: a strong validator names all; a weak one the newest; none the only one there
  // is.
  if (named && has_strong_validator(not_modified)) return found;
  if (!named) return variants.size() == 1 ? found : std::vector<std::size_t>{};
  auto const newest =
      std::ranges::max_element(found, {}, [&](std::size_t i) { return date_of(*variants[i]); });
  if (newest == found.end()) return {};
  return {*newest};
}

StoredHead freshened(StoredHead const& stored, Exchange const& exchange) {
  auto fresh = to_store(exchange).fields;
  for (auto const name : kOfContent) fresh.remove(name);
  auto updated = stored;
  for (auto const field : fresh) updated.fields.remove(field.name);
  for (auto const field : fresh) updated.fields.add(field.name, field.value);
  // Its age counts from now; what a cache before us said of the old one is gone.
  if (!fresh.has("Age")) updated.fields.remove("Age");
  if (auto const names = vary_names(updated.fields)) {
    updated.vary_key = vary_key(*names, exchange.request.fields);
  }
  updated.requested = exchange.requested;
  updated.received = exchange.received;
  updated.suspect = false;
  return updated;
}

HeadSays judge_by_head(StoredHead const& stored, std::optional<Bytes> length,
                       ResponseHead const& response) {
  if (response.status != 200 || stored.status != 200) return HeadSays::nothing;
  auto const said = response.fields.only("Content-Length");
  if (said && length && parse_number(*said) != length) return HeadSays::changed;
  auto const tag = entity_tag(response.fields);
  auto const ours = entity_tag(stored.fields);
  if (tag && ours && !(weakly_same(*tag, *ours) && tag->weak == ours->weak)) {
    return HeadSays::changed;
  }
  bool const dated =
      date_field(response.fields, "Last-Modified") && date_field(stored.fields, "Last-Modified");
  if (dated && !same_modification(response.fields, stored.fields)) return HeadSays::changed;
  return (tag && ours) || dated ? HeadSays::still_holds : HeadSays::nothing;
}

bool belongs_to(Fields const& stored, std::optional<Bytes> length, ResponseHead const& part) {
  auto const value = part.fields.only("Content-Range");
  auto const range = value ? parse_content_range(*value) : std::nullopt;
  if (part.status != 206 || !range || !range->range) return false;
  if (length && range->length && *range->length != *length) return false;
  auto const tag = entity_tag(part.fields);
  auto const ours = entity_tag(stored);
  if (tag || ours) return tag && ours && strongly_same(*tag, *ours);
  return has_strong_validator(stored) && has_strong_validator(part.fields) &&
         same_modification(stored, part.fields);
}

std::vector<std::string> invalidated_by(std::string_view method, Url const& target,
                                        ResponseHead const& response) {
  std::vector<std::string> urls;
  if (is_safe(method) || response.status < 200 || response.status >= 400) return urls;
  urls.push_back(to_string(target));
  for (auto const name : {"Location", "Content-Location"}) {
    auto const value = response.fields.only(name);
    auto const url = value ? resolve_url(target, *value) : fail(Errc::not_found);
    if (url && url->same_origin(target)) urls.push_back(to_string(*url));
  }
  std::ranges::sort(urls);
  urls.erase(std::unique(urls.begin(), urls.end()), urls.end());
  return urls;
}

}  // namespace freshet::node
