// The origin adapter through proxies.
#include <catch2/catch.hpp>

#include <cstdlib>

#include "tests/support/origin_probe.h"
#include "tests/support/scripted_origin.h"
#include "tests/support/temporary_folder.h"

using namespace freshet;
using namespace freshet::test;

namespace {

std::string proxy_url(ScriptedOrigin const& proxy, std::string const& credentials = {}) {
  return "http://" + credentials + "127.0.0.1:" + std::to_string(proxy.port());
}

class Environment {
 public:
  Environment(char const* name, std::string const& value) : name_(name) {
    setenv(name, value.c_str(), 1);
  }
  ~Environment() { unsetenv(name_); }
  Environment(Environment const&) = delete;
  Environment& operator=(Environment const&) = delete;

 private:
  char const* name_;
};

}  // namespace

TEST_CASE("a proxy that is named carries the fetch and resolves the host", "[origin]") {
  ScriptedOrigin server;
  server.serve_file("/file", "content");
  ScriptedOrigin proxy;
  proxy.act_as_proxy();
  OriginProbe probe;
  auto const url = "http://origin.test:" + std::to_string(server.port()) + "/file";
  auto order = OriginProbe::order(url);
  order.origin.proxy = proxy_url(proxy);

  auto const outcome = probe.run(order);

  CHECK_FALSE(outcome.error());
  CHECK(proxy.requests().at(0).target == url);
  CHECK(server.requests().size() == 1);
}

TEST_CASE("a proxy gets the credentials that are in its URL and the origin does not", "[origin]") {
  ScriptedOrigin server;
  server.serve_file("/file", "content");
  ScriptedOrigin proxy;
  proxy.act_as_proxy("me", "secret");
  OriginProbe probe;
  auto order = OriginProbe::order(server.url("/file"));

  order.origin.proxy = proxy_url(proxy, "me:secret@");
  CHECK_FALSE(probe.run(order).error());
  CHECK_FALSE(server.requests().at(0).has_header("Proxy-Authorization"));

  order.origin.proxy = proxy_url(proxy, "me:wrong@");
  CHECK(probe.run(order).error() == Errc::http_proxy_auth);
  order.origin.proxy = proxy_url(proxy);
  CHECK(probe.run(order).error() == Errc::http_proxy_auth);
}

TEST_CASE("https goes through a proxy as a tunnel with the origin's certificate checked",
          "[origin]") {
  TemporaryFolder folder;
  auto const files = make_certificate(folder.path(), "origin.test");
  ScriptedOrigin server({.certificate = files.certificate, .key = files.key});
  server.serve_file("/file", "content");
  ScriptedOrigin proxy;
  proxy.act_as_proxy("me", "secret");
  OriginProbe probe;
  auto const host = "origin.test:" + std::to_string(server.port());
  auto order = OriginProbe::order("https://" + host + "/file");
  order.origin.ca_file = files.ca;
  order.origin.headers = {{"X-Token", "secret"}};

  order.origin.proxy = proxy_url(proxy, "me:secret@");
  auto const outcome = probe.run(order);
  CHECK_FALSE(outcome.error());
  CHECK(outcome.head->tls_verified);
  auto const tunnel = proxy.requests().at(0);
  CHECK(tunnel.method == "CONNECT");
  CHECK(tunnel.target == host);
  CHECK_FALSE(tunnel.has_header("X-Token"));

  OriginProbe other;
  order.origin.proxy = proxy_url(proxy, "me:wrong@");
  CHECK(other.run(order).error() == Errc::http_proxy_auth);
  order.origin.proxy = proxy_url(proxy, "me:secret@");
  order.origin.ca_file = {};
  CHECK(other.run(order).error() == Errc::tls_failed);
}

TEST_CASE("a proxy that cannot be reached or cannot reach is named as the culprit", "[origin]") {
  ScriptedOrigin proxy;
  proxy.act_as_proxy();
  OriginProbe probe;
  auto order = OriginProbe::order("https://127.0.0.1:1/file");
  order.origin.proxy = proxy_url(proxy);
  CHECK(probe.run(order).error() == Errc::proxy_failed);

  order.origin.proxy = "http://127.0.0.1:1";
  CHECK(probe.run(order).error() == Errc::proxy_failed);
  order.origin.proxy = "http://no-such-host.invalid:3128";
  CHECK(probe.run(order).error() == Errc::proxy_failed);
}

TEST_CASE("the environment names the proxy unless none is wanted", "[origin]") {
  ScriptedOrigin server;
  server.serve_file("/file", "content");
  ScriptedOrigin proxy;
  proxy.act_as_proxy();
  Environment const environment("http_proxy", proxy_url(proxy));
  OriginProbe probe;
  auto order = OriginProbe::order(server.url("/file"));

  order.origin.proxy = {};
  CHECK_FALSE(probe.run(order).error());
  CHECK(proxy.requests().size() == 1);

  order.origin.proxy = "-";
  CHECK_FALSE(probe.run(order).error());
  CHECK(proxy.requests().size() == 1);

  Environment const except("no_proxy", "127.0.0.1");
  order.origin.proxy = {};
  CHECK_FALSE(probe.run(order).error());
  CHECK(proxy.requests().size() == 1);
}
