#include "api/node/cache/freshness.h"

#include <algorithm>
#include <array>

#include "api/node/http/dates.h"
#include "api/node/http/text.h"
#include "engine/origin/http_date.h"

namespace freshet::node {

namespace {

using std::chrono::floor;

Seconds between(WallTime from, WallTime to) {
  return std::max(floor<Seconds>(to - from), Seconds{0});
}

WallTime date_of(StoredHead const& stored) {
  return date_field(stored.fields, "Date").value_or(stored.received);
}

// Of several lines or values the first counts, and what is no number says nothing (RFC 9111 §5.1).
Seconds age_field(Fields const& fields) {
  auto const value = fields.joined("Age");
  if (!value) return Seconds{0};
  auto const first = ListReader(*value).next();
  return first ? parse_delta_seconds(*first).value_or(Seconds{0}) : Seconds{0};
}

// Of several Expires the first counts; what is no date, "0" say, is in the past (RFC 9111 §5.3).
Seconds until_expiry(StoredHead const& stored) {
  auto const expires = parse_http_date(*stored.fields.first("Expires"));
  return expires ? between(date_of(stored), *expires) : Seconds{0};
}

Seconds guessed(StoredHead const& stored, bool is_public, CacheRules const& rules) {
  auto const modified = date_field(stored.fields, "Last-Modified");
  if (!modified || (!is_public && !is_heuristic_status(stored.status))) return Seconds{0};
  auto const since = between(*modified, date_of(stored));
  return std::min(since * rules.heuristic_percent / 100, rules.heuristic_max);
}

Seconds stated(StoredHead const& stored, CacheRules const& rules) {
  auto const control = response_cache_control(stored.fields);
  auto const& directives = control.directives;
  if (directives.s_maxage) return *directives.s_maxage;
  if (directives.max_age) return *directives.max_age;
  if (!control.targeted && stored.fields.has("Expires")) return until_expiry(stored);
  return guessed(stored, directives.is_public, rules);
}

}  // namespace

bool is_heuristic_status(unsigned status) {
  constexpr std::array<unsigned, 12> statuses{200, 203, 204, 206, 300, 301,
                                              308, 404, 405, 410, 414, 501};
  return std::ranges::find(statuses, status) != statuses.end();
}

bool has_explicit_lifetime(Fields const& fields) {
  auto const control = response_cache_control(fields);
  if (control.directives.s_maxage || control.directives.max_age) return true;
  return !control.targeted && fields.has("Expires");
}

Seconds freshness_lifetime(StoredHead const& stored, CacheRules const& rules) {
  auto const lifetime = stated(stored, rules);
  return stored.by_digest ? std::max(lifetime, rules.digest_lifetime) : lifetime;
}

Seconds current_age(StoredHead const& stored, WallTime now) {
  auto const apparent = between(date_of(stored), stored.received);
  auto const corrected = age_field(stored.fields) + between(stored.requested, stored.received);
  return std::max(apparent, corrected) + between(stored.received, now);
}

Seconds time_to_live(StoredHead const& stored, WallTime now, CacheRules const& rules) {
  return freshness_lifetime(stored, rules) - current_age(stored, now);
}

}  // namespace freshet::node
