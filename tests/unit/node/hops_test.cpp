#include "api/node/http/hops.h"

#include <catch2/catch.hpp>

#include "api/node/http/status_fields.h"

using namespace freshet::node;

namespace {

Fields of(std::initializer_list<Field> lines) {
  Fields fields;
  for (auto const& line : lines) fields.add(line.name, line.value);
  return fields;
}

}  // namespace

TEST_CASE("what is of one connection is not passed on", "[node][http]") {
  auto fields = of({{"Connection", "X-One, close, Cache-Control"},
                    {"x-one", "1"},
                    {"Keep-Alive", "timeout=5"},
                    {"TE", "trailers"},
                    {"Transfer-Encoding", "chunked"},
                    {"Upgrade", "h2c"},
                    {"Proxy-Authorization", "Basic x"},
                    {"Proxy-Connection", "keep-alive"},
                    {"Cache-Control", "no-store"},
                    {"X-Two", "2"}});
  remove_hop_fields(fields);
  CHECK(fields == of({{"Cache-Control", "no-store"}, {"X-Two", "2"}}));
}

TEST_CASE("Via tells where a message passed and circles are seen", "[node][http]") {
  auto fields = of({{"Via", "1.0 fred"}, {"Via", "HTTP/1.1 proxy.example:80 (Some, \"thing\")"}});
  CHECK_FALSE(came_by(fields, "cache"));
  add_via(fields, "cache", 1);
  CHECK(fields.only("Via") == "1.0 fred, HTTP/1.1 proxy.example:80 (Some, \"thing\"), 1.1 cache");
  CHECK(came_by(fields, "Cache"));
  CHECK(came_by(fields, "fred"));
  CHECK_FALSE(came_by(fields, "1.0"));
  CHECK_FALSE(came_by({}, "cache"));
}

TEST_CASE("Max-Forwards counts down to the node that answers", "[node][http]") {
  auto fields = of({{"Max-Forwards", "1"}});
  CHECK_FALSE(is_last_hop(fields));
  CHECK(fields.only("Max-Forwards") == "0");
  CHECK(is_last_hop(fields));
  fields = of({{"Max-Forwards", "x"}});
  CHECK_FALSE(is_last_hop(fields));
}

TEST_CASE("Cache-Status says whether and why a request went on", "[node][http]") {
  CHECK(to_text("freshet", CacheStatus{.time_to_live = Seconds{60}}) == "freshet; hit; ttl=60");
  CHECK(to_text("a b", {.forward = Forward::stale,
                        .forward_status = 304,
                        .time_to_live = Seconds{-5},
                        .stored = true,
                        .collapsed = true,
                        .detail = "no \"validator\""}) ==
        "\"a b\"; fwd=stale; fwd-status=304; stored; collapsed; ttl=-5; "
        "detail=\"no \\\"validator\\\"\"");
  auto fields = of({{"Cache-Status", "origin; hit"}});
  add_cache_status(fields, "freshet", CacheStatus{.forward = Forward::uri_miss});
  CHECK(fields.only("Cache-Status") == "origin; hit, freshet; fwd=uri-miss");
}

TEST_CASE("Proxy-Status says what went wrong on the way", "[node][http]") {
  Fields fields;
  add_proxy_status(fields, "freshet",
                   {.error = "connection_timeout", .next_hop = "a.example", .detail = "after 5 s"});
  CHECK(fields.only("Proxy-Status") ==
        "freshet; error=connection_timeout; next-hop=a.example; details=\"after 5 s\"");
  CHECK(to_text("freshet", ProxyStatus{.received_status = 503}) == "freshet; received-status=503");
}
