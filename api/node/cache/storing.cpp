#include "api/node/cache/storing.h"

#include <algorithm>
#include <array>

#include "api/node/cache/freshness.h"
#include "api/node/cache/vary.h"
#include "api/node/http/conditions.h"
#include "api/node/http/dates.h"
#include "api/node/http/hops.h"
#include "engine/origin/content_range.h"

namespace freshet::node {

namespace {

// What the cache knows the meaning of.
bool is_understood(unsigned status) {
  constexpr std::array<unsigned, 16> statuses{200, 203, 204, 206, 300, 301, 302, 303,
                                              304, 307, 308, 404, 405, 410, 414, 501};
  return std::ranges::find(statuses, status) != statuses.end();
}

// RFC 9111 §3.5.
bool authorization_allows(Exchange const& exchange, CacheControl const& control,
                          CacheRules const& rules) {
  if (!exchange.request.fields.has("Authorization")) return true;
  if (exchange.by_digest && rules.digest_authorizes) return true;
  return control.must_revalidate || control.is_public || control.s_maxage;
}

// Why a part may not be kept; empty: it may.
std::string_view mistake_in_part(ResponseHead const& response) {
  auto const value = response.fields.only("Content-Range");
  auto const range = value ? parse_content_range(*value) : std::nullopt;
  if (!range || !range->range || !range->length) return "parts without one range and a length";
  if (!has_strong_validator(response.fields)) return "a part without a strong validator";
  return {};
}

std::string_view mistake(Exchange const& exchange, CacheRules const& rules) {
  auto const& response = exchange.response;
  auto const control = response_cache_control(response.fields).directives;
  if (exchange.request.method != "GET") return "an answer to another method than GET";
  if (response.status < 200) return "an interim answer";
  if (request_cache_control(exchange.request.fields).no_store) return "no-store of the request";
  bool const special = response.status == 206 || response.status == 304;
  if ((special || control.must_understand) && !is_understood(response.status)) {
    return "a status that must be understood";
  }
  if (response.status == 304) return "an answer without content of its own";
  // RFC 9111 §5.2.2.3: who understands the status need not heed no-store beside must-understand.
  if (control.no_store && !control.must_understand) return "no-store";
  if (control.is_private) return "private";
  if (!authorization_allows(exchange, control, rules)) return "Authorization";
  if (!vary_names(response.fields)) return "Vary without an end";
  if (response.status == 206) return mistake_in_part(response);
  bool const stated = control.is_public || has_explicit_lifetime(response.fields);
  if (!stated && !is_heuristic_status(response.status)) return "a status without a lifetime";
  return {};
}

// It would have to be fetched again for every request.
bool is_useless(StoredHead const& stored, CacheRules const& rules) {
  auto const control = response_cache_control(stored.fields).directives;
  bool const lasts = freshness_lifetime(stored, rules) > Seconds{0} && !control.no_cache;
  bool const stands_in = control.stale_while_revalidate || control.stale_if_error;
  return !lasts && !stands_in && !has_validator(stored.fields);
}

void become_whole(StoredHead& stored) {
  auto const value = stored.fields.only("Content-Range");
  auto const range = value ? parse_content_range(*value) : std::nullopt;
  stored.status = 200;
  stored.fields.remove("Content-Range");
  stored.fields.remove("Content-Length");
  if (range && range->length) {
    stored.fields.set("Content-Length", std::to_string(*range->length));
  }
}

}  // namespace

StoreVerdict may_store(Exchange const& exchange, CacheRules const& rules) {
  if (auto const why = mistake(exchange, rules); !why.empty()) return {false, why};
  if (is_useless(to_store(exchange), rules)) return {false, "neither lifetime nor validator"};
  return {true, {}};
}

StoredHead to_store(Exchange const& exchange) {
  StoredHead stored{.status = exchange.response.status,
                    .fields = exchange.response.fields,
                    .requested = exchange.requested,
                    .received = exchange.received,
                    .by_digest = exchange.by_digest};
  auto const control = response_cache_control(stored.fields).directives;
  remove_hop_fields(stored.fields);
  for (auto const& name : control.private_fields) stored.fields.remove(name);
  for (auto const& name : control.no_cache_fields) stored.fields.remove(name);
  if (!stored.fields.has("Date")) stored.fields.add("Date", to_http_date(exchange.received));
  if (stored.status == 206) become_whole(stored);
  if (auto const names = vary_names(stored.fields)) {
    stored.vary_key = vary_key(*names, exchange.request.fields);
  }
  return stored;
}

}  // namespace freshet::node
