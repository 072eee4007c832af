// The origin adapter led to addresses that only this machine can reach.
#include <catch2/catch.hpp>

#include "tests/support/origin_probe.h"
#include "tests/support/scripted_origin.h"

using namespace freshet;
using namespace freshet::test;

namespace {

FetchOrder named(std::string url, Reach from) {
  auto order = OriginProbe::order(std::move(url));
  order.origin.named_from = from;
  return order;
}

}  // namespace

TEST_CASE("what was named from outside is not fetched from this machine", "[origin]") {
  ScriptedOrigin server;
  server.serve_file("/file", "content");
  OriginProbe probe;

  for (auto const from : {Reach::internet, Reach::site, Reach::link}) {
    CHECK(probe.run(named(server.url("/file"), from)).error() == Errc::policy_refused);
  }
  CHECK(server.requests().empty());
  auto const port = std::to_string(server.port());
  CHECK(probe.run(named("http://localhost:" + port + "/file", Reach::site)).error() ==
        Errc::policy_refused);
  CHECK(server.requests().empty());

  auto const allowed = probe.run(named(server.url("/file"), Reach::machine));
  CHECK_FALSE(allowed.error());
  CHECK(allowed.head->reach == Reach::machine);
}

TEST_CASE("a connection that is open already leads no further inside either", "[origin]") {
  ScriptedOrigin server;
  server.serve_file("/file", "content");
  OriginProbe probe;
  REQUIRE_FALSE(probe.run(OriginProbe::order(server.url("/file"))).error());

  auto const outcome = probe.run(named(server.url("/file"), Reach::internet));

  CHECK(outcome.error() == Errc::policy_refused);
  CHECK(server.requests().size() == 1);
}

TEST_CASE("a document that was named from outside is not fetched from this machine", "[origin]") {
  ScriptedOrigin server;
  server.serve_file("/file", "content");
  OriginProbe probe;
  OriginSpec origin;
  origin.url = server.url("/file");
  REQUIRE(probe.document(origin, 100));

  origin.named_from = Reach::site;

  CHECK(probe.document(origin, 100).error().code == Errc::policy_refused);
  CHECK(server.requests().size() == 1);
}

TEST_CASE("by a proxy an address of the URL is judged and not that of the proxy", "[origin]") {
  ScriptedOrigin proxy;
  proxy.on("/file", [](SeenRequest const&) { return Reply{.body = "content"}; });
  OriginProbe probe;
  auto const fetch = [&](std::string const& url) {
    auto order = named(url, Reach::internet);
    order.origin.proxy = proxy.url("");
    return probe.run(order);
  };

  auto const outside = fetch("http://origin.test/file");
  CHECK_FALSE(outside.error());
  CHECK(outside.head->reach == Reach::internet);
  for (auto const* const inside : {"http://10.0.0.1/", "http://[fe80::1]/", "http://localhost/"}) {
    CHECK(fetch(inside).error() == Errc::policy_refused);
  }
  CHECK(proxy.requests().size() == 1);
}
