#include "api/node/cache/plan.h"

#include <algorithm>

#include "api/node/cache/freshness.h"
#include "api/node/cache/vary.h"
#include "api/node/http/conditions.h"
#include "api/node/http/dates.h"

namespace freshet::node {

namespace {

// Everything that is asked about one variant.
struct Look {
  CacheControl wants;  // Of the request.
  CacheControl says;   // Of the response.
  Seconds age;
  Seconds live;
  bool suspect = false;
};

Look look_at(RequestHead const& request, StoredHead const& stored, WallTime now,
             CacheRules const& rules) {
  return {request_cache_control(request.fields), response_cache_control(stored.fields).directives,
          current_age(stored, now), time_to_live(stored, now, rules), stored.suspect};
}

// Whether the origin must be asked whatever the age.
bool needs_origin(Look const& look) {
  return look.suspect || look.wants.no_cache || look.says.no_cache;
}

bool is_young_enough(Look const& look) {
  return !look.wants.max_age || look.age <= *look.wants.max_age;
}

bool is_fresh_enough(Look const& look) {
  auto const least = look.wants.min_fresh.value_or(Seconds{0});
  return look.live > Seconds{0} && look.live >= least && is_young_enough(look);
}

// RFC 9111 §5.2.2.2, .8 and .10: s-maxage means proxy-revalidate too.
bool forbids_stale(Look const& look) {
  return look.says.must_revalidate || look.says.proxy_revalidate || look.says.s_maxage ||
         look.says.no_cache || look.suspect;
}

Seconds staleness(Look const& look) {
  return std::max(-look.live, Seconds{0});
}

bool accepts_stale(Look const& look) {
  if (forbids_stale(look) || look.wants.min_fresh || !is_young_enough(look)) return false;
  return look.wants.max_stale_any ||
         (look.wants.max_stale && staleness(look) <= *look.wants.max_stale);
}

bool may_validate_behind(Look const& look) {
  if (forbids_stale(look) || look.wants.min_fresh || look.wants.max_age) return false;
  return look.says.stale_while_revalidate && staleness(look) <= *look.says.stale_while_revalidate;
}

bool asks_origin_alone(RequestHead const& request) {
  return request.fields.has("If-Match") || request.fields.has("If-Unmodified-Since");
}

// Without a stored response that can be used.
Plan on_miss(RequestHead const& request, Forward forward) {
  auto const wants = request_cache_control(request.fields);
  Plan plan{.act = Act::fetch, .forward = forward};
  if (wants.only_if_cached) {
    plan.act = Act::gateway_timeout;
  } else if (request.method == "HEAD" || asks_origin_alone(request) || wants.no_store) {
    plan.act = Act::pass;
  }
  return plan;
}

// It cannot be served before the origin was asked.
Plan ask_about(RequestHead const& request, StoredHead const& stored, Look const& look) {
  bool const stale = look.live <= Seconds{0} || look.says.no_cache || look.suspect;
  auto plan = on_miss(request, stale ? Forward::stale : Forward::request);
  if (plan.act != Act::fetch || !has_validator(stored.fields)) return plan;
  plan.act = Act::validate;
  plan.conditions = validation_conditions(stored.fields);
  return plan;
}

Plan about(RequestHead const& request, StoredHead const& stored, WallTime now,
           CacheRules const& rules) {
  auto const look = look_at(request, stored, now, rules);
  Plan plan{.act = Act::serve};
  if (asks_origin_alone(request) &&
      judge_conditions(request.fields, stored.fields, stored.received) ==
          Verdict::precondition_failed) {
    plan = on_miss(request, Forward::request);
  } else if (needs_origin(look)) {
    plan = ask_about(request, stored, look);
  } else if (is_fresh_enough(look)) {
    plan.detail = stored.by_digest ? "the URL names the content" : "";
  } else if (accepts_stale(look)) {
    plan.detail = "stale, as max-stale allows";
  } else if (may_validate_behind(look)) {
    plan.act = Act::serve_and_validate;
    plan.detail = "stale-while-revalidate";
  } else {
    plan = ask_about(request, stored, look);
  }
  plan.time_to_live = look.live;
  return plan;
}

}  // namespace

std::optional<std::size_t> select_variant(Fields const& request,
                                          std::span<StoredHead const* const> variants) {
  std::optional<std::size_t> best;
  WallTime best_date{};
  for (std::size_t i = 0; i < variants.size(); ++i) {
    auto const& stored = *variants[i];
    if (!selects(stored.fields, stored.vary_key, request)) continue;
    auto const date = date_field(stored.fields, "Date").value_or(stored.received);
    if (best && date < best_date) continue;
    best = i;
    best_date = date;
  }
  return best;
}

Plan plan_request(RequestHead const& request, std::span<StoredHead const* const> variants,
                  WallTime now, CacheRules const& rules) {
  if (request.method != "GET" && request.method != "HEAD") {
    return {.act = Act::pass, .forward = Forward::method};
  }
  if (request.framing != Framing::none) {
    return {.act = Act::pass, .forward = Forward::bypass, .detail = "the request has content"};
  }
  auto const variant = select_variant(request.fields, variants);
  if (!variant) {
    return on_miss(request, variants.empty() ? Forward::uri_miss : Forward::vary_miss);
  }
  auto plan = about(request, *variants[*variant], now, rules);
  plan.variant = variant;
  return plan;
}

bool may_stand_in(RequestHead const& request, StoredHead const& stored, WallTime now, bool reached,
                  CacheRules const& rules) {
  auto const look = look_at(request, stored, now, rules);
  if (forbids_stale(look) || look.wants.no_cache || !is_young_enough(look)) return false;
  auto allowed = std::max(look.says.stale_if_error.value_or(Seconds{0}),
                          look.wants.stale_if_error.value_or(Seconds{0}));
  if (!reached) allowed = std::max(allowed, rules.stale_max);
  return look.live > Seconds{0} || (allowed > Seconds{0} && staleness(look) <= allowed);
}

bool is_origin_failure(unsigned status) {
  return status == 500 || status == 502 || status == 503 || status == 504;
}

Fields validation_conditions(Fields const& stored) {
  Fields conditions;
  if (entity_tag(stored)) conditions.add("If-None-Match", *stored.only("ETag"));
  if (date_field(stored, "Last-Modified")) {
    conditions.add("If-Modified-Since", *stored.only("Last-Modified"));
  }
  return conditions;
}

}  // namespace freshet::node
