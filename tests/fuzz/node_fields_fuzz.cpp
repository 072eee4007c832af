// What fields say, whatever they hold: never more freshness than numbers can have, ranges within
// the content, dictionaries once a key. The input is one field's value; its first byte gives a
// length.
#include <set>

#include "api/node/http/cache_control.h"
#include "api/node/http/conditions.h"
#include "api/node/http/dates.h"
#include "api/node/http/hops.h"
#include "api/node/http/ranges.h"
#include "api/node/http/status_fields.h"
#include "api/node/http/structured.h"
#include "api/node/http/text.h"
#include "tests/fuzz/check.h"

using namespace freshet;
using namespace freshet::node;

namespace {

Fields one(std::string_view name, std::string_view value) {
  Fields fields;
  fields.add(name, value);
  return fields;
}

void check_time(std::optional<Seconds> time) {
  FUZZ_CHECK(!time || (time->count() >= 0 && time->count() <= 1LL << 31));
}

void check_directives(std::string_view text) {
  for (auto const name : {"Cache-Control", "CDN-Cache-Control"}) {
    auto const control = response_cache_control(one(name, text)).directives;
    for (auto const time : {control.max_age, control.s_maxage, control.max_stale, control.min_fresh,
                            control.stale_if_error}) {
      check_time(time);
    }
  }
  auto const members = parse_dictionary(text);
  std::set<std::string> keys;
  for (auto const& member : members.value_or(std::vector<SfMember>{})) {
    FUZZ_CHECK(keys.insert(member.key).second);
  }
  auto const quoted = parse_dictionary("a=" + to_item(text));
  FUZZ_CHECK(quoted && quoted->size() == 1);
}

void check_ranges(std::string_view text, Bytes length) {
  auto const specs = parse_ranges(text);
  if (!specs) return;
  Bytes sum = 0;
  for (auto const range : satisfied(*specs, length)) {
    FUZZ_CHECK(range.begin < range.end && range.end <= length);
    sum += range.size();
  }
  FUZZ_CHECK(sum <= length);
  if (sum == 0) return;
  auto const plan = plan_multipart(satisfied(*specs, length), length, "a/b", "XYZ");
  FUZZ_CHECK(plan.parts.size() <= kRangesMax && plan.bytes > sum);
}

void check_conditions(std::string_view text) {
  Fields const stored = one("ETag", text);
  for (auto const name : {"If-Match", "If-None-Match", "If-Modified-Since", "If-Range"}) {
    auto const request = one(name, text);
    static_cast<void>(judge_conditions(request, stored, WallTime{}));
    static_cast<void>(range_applies(request, stored));
  }
  bool const tag = entity_tag(stored).has_value();
  FUZZ_CHECK(!tag || judge_conditions(one("If-None-Match", text), stored, WallTime{}) ==
                         Verdict::not_modified);
  if (auto const date = date_field(one("Date", text), "Date")) {
    auto const written = to_http_date(*date);
    FUZZ_CHECK(date_field(one("Date", written), "Date") == date);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  if (size == 0) return 0;
  auto const text = as_text(data, size).substr(1);
  if (!is_field_value(text)) return 0;  // Heads have no others.
  check_directives(text);
  check_ranges(text, Bytes{data[0]} * 37);
  check_conditions(text);
  auto fields = one("Connection", text);
  fields.add("Via", text);
  FUZZ_CHECK(!came_by(fields, "\x01"));
  add_via(fields, "me", 1);
  add_cache_status(fields, "me", CacheStatus{.detail = text});
  remove_hop_fields(fields);
  FUZZ_CHECK(!fields.has("Connection"));
  return 0;
}
