#include "peer/endpoint.h"

#include <catch2/catch.hpp>

using namespace freshet::peer;

TEST_CASE("endpoints are numeric addresses with ports", "[endpoint]") {
  CHECK(parse_endpoint("192.0.2.1:7680") == Endpoint{"192.0.2.1", 7680});
  CHECK(parse_endpoint("[2001:db8::1]:0") == Endpoint{"2001:db8::1", 0});
  CHECK(to_string(Endpoint{"192.0.2.1", 7680}) == "192.0.2.1:7680");
  CHECK(to_string(Endpoint{"2001:db8::1", 80}) == "[2001:db8::1]:80");
}

TEST_CASE("what is no endpoint is refused", "[endpoint]") {
  for (auto const* text : {"", ":", "192.0.2.1", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:1x",
                           "2001:db8::1:80", "[192.0.2.1]:80", "[2001:db8::1]", "host:80"}) {
    CHECK_FALSE(parse_endpoint(text));
  }
}
