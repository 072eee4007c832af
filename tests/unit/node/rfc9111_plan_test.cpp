// RFC 9111 §4, §4.1, §4.2.4, §5.2 and RFC 5861: what is done with a request, given what is stored.
// One case a requirement.
#include <catch2/catch.hpp>

#include "api/node/cache/vary.h"
#include "tests/unit/node/exchange.h"

using namespace freshet::node;
using namespace freshet::node::test;

namespace {

StoredHead hour(std::string more = "") {
  return kept({{"Cache-Control", "max-age=3600" + std::move(more)}, {"ETag", "\"a\""}});
}

Plan among(std::vector<StoredHead> const& heads, Lines request) {
  std::vector<StoredHead const*> variants;
  for (auto const& head : heads) variants.push_back(&head);
  return plan_request(get(request), variants, at(1), CacheRules{});
}

bool stands_in(StoredHead const& head, Lines request, long long seconds, bool reached) {
  return may_stand_in(get(request), head, at(seconds), reached, CacheRules{});
}

}  // namespace

TEST_CASE("RFC 9111 4: what is not stored is fetched", "[node][rfc9111]") {
  auto const plan = plan_request(get(), {}, at(0), CacheRules{});
  CHECK(plan.act == Act::fetch);
  CHECK(plan.forward == Forward::uri_miss);
}

TEST_CASE("RFC 9111 4: what is fresh is served without asking", "[node][rfc9111]") {
  auto const plan = planned(hour(), {}, 10);
  CHECK(plan.act == Act::serve);
  CHECK(plan.variant == 0);
  CHECK(plan.forward == Forward::none);
  CHECK(plan.time_to_live == Seconds{3590});
}

TEST_CASE("RFC 9111 4: unsafe and unknown methods go through to the origin", "[node][rfc9111]") {
  for (auto const method : {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "FOO"}) {
    INFO(method);
    auto const plan = planned(hour(), {}, 10, method);
    CHECK(plan.act == Act::pass);
    CHECK(plan.forward == Forward::method);
  }
}

TEST_CASE("RFC 9111 4: HEAD is answered from a stored GET", "[node][rfc9111]") {
  CHECK(planned(hour(), {}, 10, "HEAD").act == Act::serve);
  CHECK(planned(hour(), {}, 4000, "HEAD").act == Act::pass);
  CHECK(plan_request(get({}, "HEAD"), {}, at(0), CacheRules{}).act == Act::pass);
}

TEST_CASE("RFC 9111 4: of several that fit the one with the latest date is used",
          "[node][rfc9111]") {
  auto const older = kept({{"Cache-Control", "max-age=60"}, {"Date", date_at(-10)}});
  auto const newer = kept({{"Cache-Control", "max-age=60"}, {"Date", date_at(-5)}});
  CHECK(among({older, newer}, {}).variant == 1);
  CHECK(among({newer, older}, {}).variant == 0);
}

TEST_CASE("RFC 9111 4.1: a response is used only where the fields that Vary names are the same",
          "[node][rfc9111]") {
  auto const gzip = kept({{"Cache-Control", "max-age=60"}, {"Vary", "Accept-Encoding, X"}},
                         {{"Accept-Encoding", "gzip"}});
  CHECK(among({gzip}, {{"Accept-Encoding", "gzip"}}).act == Act::serve);
  CHECK(among({gzip}, {{"Accept-Encoding", "br"}}).act == Act::fetch);
  CHECK(among({gzip}, {{"Accept-Encoding", "br"}}).forward == Forward::vary_miss);
  CHECK(among({gzip}, {}).forward == Forward::vary_miss);
  CHECK(among({gzip}, {{"Accept-Encoding", "gzip"}, {"X", ""}}).forward == Forward::vary_miss);
}

TEST_CASE("RFC 9111 4.1: requests match in spite of blanks and lines that mean nothing",
          "[node][rfc9111]") {
  auto const both = kept({{"Cache-Control", "max-age=60"}, {"Vary", "accept-encoding, X-List"}},
                         {{"Accept-Encoding", "gzip, br"}, {"X-List", "a,b"}});
  CHECK(among({both}, {{"accept-encoding", "GZIP ,br"}, {"X-List", "a"}, {"x-list", "b"}}).act ==
        Act::serve);
  CHECK(among({both}, {{"accept-encoding", "gzip,br"}, {"X-List", "A,b"}}).act == Act::fetch);
}

TEST_CASE("RFC 9111 4.1: Vary with a star fits no request", "[node][rfc9111]") {
  auto head = hour();
  head.fields.add("Vary", "Accept, *");
  CHECK(act(head, {}, 1) == Act::fetch);
  CHECK_FALSE(vary_names(head.fields));
}

TEST_CASE("RFC 9111 4.2.4: what must not be served stale never is", "[node][rfc9111]") {
  for (auto const more :
       {", must-revalidate", ", proxy-revalidate", ", s-maxage=3600", ", no-cache"}) {
    INFO(more);
    auto const head =
        hour(std::string(more) + ", stale-while-revalidate=9999, stale-if-error=9999");
    CHECK(act(head, {{"Cache-Control", "max-stale"}}, 4000) == Act::validate);
    CHECK(act(head, {}, 4000) == Act::validate);
    CHECK_FALSE(stands_in(head, {}, 4000, true));
    CHECK_FALSE(stands_in(head, {}, 4000, false));
  }
}

TEST_CASE("RFC 9111 4.2.4: stale is served only where someone allows it", "[node][rfc9111]") {
  CHECK(act(hour(), {}, 4000) == Act::validate);
  CHECK_FALSE(stands_in(hour(), {}, 4000, true));
  CHECK(stands_in(hour(), {}, 4000, false));  // The origin is not reached: the administrator does.
  CHECK_FALSE(stands_in(hour(), {}, 3600 + 24 * 3600 + 1, false));
}

TEST_CASE("RFC 9111 5.2.1.1: max-age of a request wants a response that is younger",
          "[node][rfc9111]") {
  CHECK(act(hour(), {{"Cache-Control", "max-age=10"}}, 10) == Act::serve);
  auto const plan = planned(hour(), {{"Cache-Control", "max-age=10"}}, 11);
  CHECK(plan.act == Act::validate);
  CHECK(plan.forward == Forward::request);
  CHECK(act(hour(), {{"Cache-Control", "max-age=0"}}, 1) == Act::validate);
  CHECK(act(hour(), {{"Cache-Control", "max-age=x"}}, 1) == Act::validate);
}

TEST_CASE("RFC 9111 5.2.1.2: max-stale accepts a response that is stale so long",
          "[node][rfc9111]") {
  CHECK(act(hour(), {{"Cache-Control", "max-stale=100"}}, 3700) == Act::serve);
  CHECK(act(hour(), {{"Cache-Control", "max-stale=100"}}, 3701) == Act::validate);
  CHECK(act(hour(), {{"Cache-Control", "max-stale"}}, 99999) == Act::serve);
}

TEST_CASE("RFC 9111 5.2.1.3: min-fresh wants a response that stays fresh so long",
          "[node][rfc9111]") {
  CHECK(act(hour(), {{"Cache-Control", "min-fresh=600"}}, 3000) == Act::serve);
  CHECK(act(hour(), {{"Cache-Control", "min-fresh=600"}}, 3001) == Act::validate);
}

TEST_CASE("RFC 9111 5.2.1.4: no-cache of a request has the origin asked", "[node][rfc9111]") {
  auto const plan = planned(hour(), {{"Cache-Control", "no-cache"}}, 1);
  CHECK(plan.act == Act::validate);
  CHECK(plan.forward == Forward::request);
  CHECK_FALSE(stands_in(hour(), {{"Cache-Control", "no-cache"}}, 1, false));
}

TEST_CASE("RFC 9111 5.2.1.5: a request with no-store goes through where nothing is stored",
          "[node][rfc9111]") {
  CHECK(plan_request(get({{"Cache-Control", "no-store"}}), {}, at(0), CacheRules{}).act ==
        Act::pass);
}

TEST_CASE("RFC 9111 5.2.1.7: only-if-cached is answered from the store or with 504",
          "[node][rfc9111]") {
  CHECK(act(hour(), {{"Cache-Control", "only-if-cached"}}, 10) == Act::serve);
  CHECK(act(hour(), {{"Cache-Control", "only-if-cached"}}, 4000) == Act::gateway_timeout);
  CHECK(act(hour(), {{"Cache-Control", "only-if-cached, max-stale"}}, 4000) == Act::serve);
  CHECK(plan_request(get({{"Cache-Control", "only-if-cached"}}), {}, at(0), CacheRules{}).act ==
        Act::gateway_timeout);
}

TEST_CASE("RFC 9111 5.2.2.2: must-revalidate allows what is fresh without asking",
          "[node][rfc9111]") {
  CHECK(act(hour(", must-revalidate"), {}, 10) == Act::serve);
}

TEST_CASE("RFC 9111 5.2.2.4: no-cache of a response has the origin asked each time",
          "[node][rfc9111]") {
  auto const plan = planned(hour(", no-cache"), {}, 1);
  CHECK(plan.act == Act::validate);
  CHECK(plan.forward == Forward::stale);
}

TEST_CASE("RFC 9111 5.2.2.4: no-cache with names of fields allows the rest without asking",
          "[node][rfc9111]") {
  CHECK(act(hour(", no-cache=\"Set-Cookie\""), {}, 1) == Act::serve);
}

TEST_CASE("RFC 9111 5.4: Pragma of a request means no-cache where nothing newer is said",
          "[node][rfc9111]") {
  CHECK(act(hour(), {{"Pragma", "no-cache"}}, 1) == Act::validate);
  CHECK(act(hour(), {{"Pragma", "no-cache"}, {"Cache-Control", "max-age=60"}}, 1) == Act::serve);
}

TEST_CASE("RFC 9111 5.4: Pragma of a response means nothing", "[node][rfc9111]") {
  CHECK(act(kept({{"Pragma", "no-cache"}, {"Cache-Control", "max-age=60"}}), {}, 1) == Act::serve);
}

TEST_CASE("RFC 5861 3: stale-while-revalidate serves at once and asks behind", "[node][rfc9111]") {
  auto const head = hour(", stale-while-revalidate=60");
  CHECK(act(head, {}, 3600) == Act::serve_and_validate);
  CHECK(act(head, {}, 3660) == Act::serve_and_validate);
  CHECK(act(head, {}, 3661) == Act::validate);
  CHECK(act(head, {{"Cache-Control", "max-age=9999"}}, 3610) == Act::validate);
  CHECK(act(head, {{"Cache-Control", "no-cache"}}, 3610) == Act::validate);
}

TEST_CASE("RFC 5861 4: stale-if-error stands in for an origin that fails", "[node][rfc9111]") {
  auto const head = hour(", stale-if-error=60");
  CHECK(stands_in(head, {}, 3660, true));
  CHECK_FALSE(stands_in(head, {}, 3661, true));
  CHECK(stands_in(hour(), {{"Cache-Control", "stale-if-error=60"}}, 3660, true));
  for (auto const status : {500U, 502U, 503U, 504U}) CHECK(is_origin_failure(status));
  for (auto const status : {200U, 404U, 501U, 505U}) CHECK_FALSE(is_origin_failure(status));
}

TEST_CASE("RFC 9111 4.4: what was invalidated is not used before the origin was asked",
          "[node][rfc9111]") {
  auto head = hour(", stale-while-revalidate=60");
  head.suspect = true;
  CHECK(act(head, {}, 1) == Act::validate);
  CHECK(act(head, {{"Cache-Control", "max-stale"}}, 1) == Act::validate);
  CHECK_FALSE(stands_in(head, {}, 1, false));
}

TEST_CASE("RFC 9111 4.3.1: the origin is asked with the stored validators", "[node][rfc9111]") {
  auto const head = kept(
      {{"Cache-Control", "max-age=60"}, {"ETag", "W/\"a\""}, {"Last-Modified", date_at(-500)}});
  auto const plan = planned(head, {{"If-None-Match", "\"theirs\""}}, 100);
  CHECK(plan.act == Act::validate);
  CHECK(plan.conditions ==
        of({{"If-None-Match", "W/\"a\""}, {"If-Modified-Since", date_at(-500)}}));
}

TEST_CASE("RFC 9111 4.3.1: what has no validator is fetched anew", "[node][rfc9111]") {
  auto const plan = planned(kept({{"Cache-Control", "max-age=60"}}), {}, 100);
  CHECK(plan.act == Act::fetch);
  CHECK(plan.forward == Forward::stale);
  CHECK(plan.conditions.empty());
}

TEST_CASE("RFC 9110 13.1.1: whether If-Match fails is for the origin to say", "[node][rfc9111]") {
  CHECK(act(hour(), {{"If-Match", "\"a\""}}, 1) == Act::serve);
  CHECK(act(hour(), {{"If-Match", "\"b\""}}, 1) == Act::pass);
  CHECK(plan_request(get({{"If-Match", "\"b\""}}), {}, at(0), CacheRules{}).act == Act::pass);
}

TEST_CASE("a request with content is not answered from the store", "[node][cache]") {
  auto request = get();
  request.framing = Framing::length;
  auto const head = hour();
  std::vector<StoredHead const*> const variants{&head};
  CHECK(plan_request(request, variants, at(1), CacheRules{}).act == Act::pass);
}
