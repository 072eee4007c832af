// The origin adapter with a real nginx: HTTP/1.1, TLS and HTTP/2.
#include <catch2/catch.hpp>

#include "tests/support/nginx.h"
#include "tests/support/origin_probe.h"
#include "tests/support/scripted_origin.h"
#include "tests/support/temporary_folder.h"

using namespace freshet;
using namespace freshet::test;

namespace {

struct Site {
  explicit Site(std::string const& content) {
    folder.write("files/file", content);
    tls = make_certificate(folder.path(), "127.0.0.1");
    nginx =
        Nginx::start({.directory = folder.path(), .certificate = tls.certificate, .key = tls.key});
  }
  [[nodiscard]] FetchOrder order(Bytes begin = 0, std::optional<Bytes> end = {}) const {
    auto order = OriginProbe::order(nginx->url("/file"), begin, end);
    order.origin.ca_file = tls.ca;
    return order;
  }
  TemporaryFolder folder;
  TlsFiles tls;
  std::unique_ptr<Nginx> nginx;
};

bool no_nginx() {
  if (Nginx::installed()) return false;
  WARN("nginx is not installed: left out");
  return true;
}

}  // namespace

TEST_CASE("small ranges come over HTTP 2 and large ones over HTTP 1.1", "[origin]") {
  if (no_nginx()) return;
  Site const site(patterned(4 << 20));
  REQUIRE(site.nginx);
  OriginProbe probe;
  CHECK(probe.run(site.order(0, 512_KiB)).head->http_version == "2");
  OriginProbe other;
  CHECK(other.run(site.order(0, 2_MiB)).head->http_version == "1.1");
}

TEST_CASE("a server that insists on HTTP 2 gets it for large ranges too", "[origin]") {
  TemporaryFolder const folder;
  auto const tls = make_certificate(folder.path(), "127.0.0.1");
  ScriptedOrigin server({.certificate = tls.certificate, .key = tls.key, .http2_only = true});
  OriginProbe probe;
  auto order = OriginProbe::order(server.url("/file"), 0, 2_MiB);
  order.origin.ca_file = tls.ca;
  order.head_timeout = std::chrono::milliseconds{500};

  // The handshake succeeds at the second attempt; what is spoken then is beyond this server.
  CHECK(probe.run(order).error() != Errc::tls_failed);
  CHECK(server.connections() == 2);
}

TEST_CASE("ranges come over HTTP 2 from a real server in parallel", "[origin]") {
  if (no_nginx()) return;
  auto const bytes = patterned(8 << 20);
  Site const site(bytes);
  REQUIRE(site.nginx);
  OriginProbe probe({.http1_from = 1_GiB});

  std::vector<FetchId> fetches;
  for (Bytes begin = 0; begin < bytes.size(); begin += 2_MiB) {
    fetches.push_back(probe.start(site.order(begin, begin + 2_MiB)));
  }

  for (auto const fetch : fetches) {
    auto const outcome = probe.wait(fetch);
    REQUIRE(outcome);
    CHECK_FALSE(outcome->error());
    CHECK(outcome->head->http_version == "2");
    CHECK(outcome->head->tls_verified);
    CHECK(outcome->head->ranges);
  }
  CHECK((probe.gate.content(kSpool) == bytes));
}

TEST_CASE("HTTP 1.1 is spoken where HTTP 2 is not wanted", "[origin]") {
  if (no_nginx()) return;
  auto const bytes = patterned(1 << 20);
  Site const site(bytes);
  REQUIRE(site.nginx);
  OriginProbe probe({.http2 = false});

  auto const outcome = probe.run(site.order());

  CHECK_FALSE(outcome.error());
  CHECK(outcome.head->http_version == "1.1");
  CHECK((probe.gate.content(kSpool) == bytes));
}

TEST_CASE("a paused and shortened stream of HTTP 2 ends rightly", "[origin]") {
  if (no_nginx()) return;
  auto const bytes = patterned(32 << 20);
  Site const site(bytes);
  REQUIRE(site.nginx);
  OriginProbe probe;
  probe.gate.allow(1_MiB);
  auto const fetch = probe.start(site.order());
  REQUIRE(probe.gate.wait_for_waiting());
  probe.gate.allow(1_MiB);
  REQUIRE(probe.gate.wait_for_waiting());
  probe.shorten(fetch, 4_MiB);
  probe.wait_for_orders();
  probe.gate.allow_all();

  auto const outcome = probe.wait(fetch);
  REQUIRE(outcome);
  CHECK_FALSE(outcome->error());
  CHECK((probe.gate.content(kSpool) == bytes.substr(0, 4 << 20)));
}

TEST_CASE("a plain server where TLS is expected is a failure of TLS", "[origin]") {
  if (no_nginx()) return;
  TemporaryFolder const folder;
  auto const nginx = Nginx::start({.directory = folder.path()});
  REQUIRE(nginx);
  OriginProbe probe;
  auto const url = "https://127.0.0.1:" + std::to_string(nginx->port()) + "/file";
  CHECK(probe.run(OriginProbe::order(url)).error() == Errc::tls_failed);
}

TEST_CASE("a real server's validators make ranges conditional", "[origin]") {
  if (no_nginx()) return;
  Site const site(patterned(100'000));
  REQUIRE(site.nginx);
  OriginProbe probe;
  auto const first = probe.run(site.order(0, 32_KiB));
  REQUIRE(first.head);
  CHECK(first.head->validator.strong_etag());
  auto again = site.order(32_KiB, 64_KiB);
  again.expected_validator = first.head->validator;
  CHECK_FALSE(probe.run(again).error());

  site.folder.write("files/file", patterned(90'000, 2));
  CHECK(probe.run(again).error() == Errc::content_changed);
}
