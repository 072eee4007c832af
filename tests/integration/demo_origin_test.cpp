// The origin of the demonstration over a real connection.
#include "api/demo/demo_origin.h"

#include <catch2/catch.hpp>

#include "engine/base/url.h"
#include "tests/support/wire.h"

using namespace freshet;

namespace {

std::string answer_to(demo::DemoOrigin const& origin, std::string_view request) {
  auto const wire = test::connect_loopback(parse_url(origin.url())->port);
  REQUIRE(wire);
  std::string answer;
  REQUIRE(wire->write(request));
  while (wire->read(answer)) continue;
  return answer;
}

}  // namespace

TEST_CASE("the origin of the demonstration reads no bodies", "[demo]") {
  auto const origin = demo::DemoOrigin::open({1000, 1}, BytesPerSecond{10'000'000});
  REQUIRE(origin);

  // More of it never comes.
  auto const answer =
      answer_to(**origin, "POST /made.img HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n");

  CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(
      answer_to(**origin, "HEAD /made.img HTTP/1.0\r\n\r\n").find("\r\nContent-Length: 1000\r\n") !=
      std::string::npos);
}
