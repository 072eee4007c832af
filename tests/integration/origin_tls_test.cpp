// What a job's terms change: certificates of clients, flaws of servers', redirects, proxies.
#include <catch2/catch.hpp>

#include "tests/support/nginx.h"
#include "tests/support/origin_probe.h"
#include "tests/support/scripted_origin.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/wire.h"

#include <filesystem>
#include <fstream>

using namespace freshet;
using namespace freshet::test;

namespace {

std::string text_of(std::string const& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Lets nobody in but who has a certificate of its own authority.
struct StrictServer {
  StrictServer() {
    std::filesystem::create_directory(folder.path() + "/client");
    files = make_certificate(folder.path(), "127.0.0.1");
    client = make_certificate(folder.path() + "/client", "a client");
    nginx =
        Nginx::start({.directory = folder.path(),
                      .certificate = files.certificate,
                      .key = files.key,
                      .extra = "ssl_client_certificate " + client.ca + "; ssl_verify_client on;"});
    std::ofstream(folder.path() + "/files/file") << "content";
  }
  [[nodiscard]] FetchOrder order(std::string const& url) const {
    auto order = OriginProbe::order(url);
    order.origin.ca_file = files.ca;
    return order;
  }
  [[nodiscard]] std::string pem() const {
    return text_of(client.certificate) + text_of(client.key);
  }

  TemporaryFolder folder;
  TlsFiles files;
  TlsFiles client;
  std::unique_ptr<Nginx> nginx;
};

struct SecureServer {
  explicit SecureServer(std::string const& certified_host = "127.0.0.1", bool expired = false,
                        std::string const& usage = {})
      : files(make_certificate(folder.path(), certified_host, expired, usage)),
        server({.certificate = files.certificate, .key = files.key}) {
    server.serve_file("/file", "content");
  }
  [[nodiscard]] FetchOrder order(std::uint32_t flaws, bool trusting = true) const {
    auto order = OriginProbe::order(server.url("/file"));
    order.origin.http.accepted_flaws = flaws;
    if (trusting) order.origin.ca_file = files.ca;
    return order;
  }
  TemporaryFolder folder;
  TlsFiles files;
  ScriptedOrigin server;
};

constexpr auto kAllFlaws = tls_flaw::name | tls_flaw::date | tls_flaw::authority | tls_flaw::usage;

}  // namespace

TEST_CASE("a client's certificate is shown to a server that asks for it", "[origin][nginx]") {
  if (!Nginx::installed()) return;
  StrictServer strict;
  REQUIRE(strict.nginx);
  OriginProbe probe;
  auto order = strict.order(strict.nginx->url("/file"));
  CHECK(probe.run(order).error() == Errc::http_client_error);

  order.origin.http.client_certificate = strict.pem();
  auto const outcome = probe.run(order);

  CHECK_FALSE(outcome.error());
  CHECK(outcome.head->tls_verified);
  CHECK(probe.logged().find("PRIVATE") == std::string::npos);
}

TEST_CASE("nobody is shown a client's certificate whom a redirect leads to", "[origin][nginx]") {
  if (!Nginx::installed()) return;
  StrictServer strict;
  REQUIRE(strict.nginx);
  ScriptedOrigin elsewhere;
  elsewhere.on("/file", [&](SeenRequest const&) { return redirect(strict.nginx->url("/file")); });
  OriginProbe probe;
  auto order = strict.order(elsewhere.url("/file"));
  order.origin.http.client_certificate = strict.pem();

  CHECK(probe.run(order).error() == Errc::http_client_error);
}

TEST_CASE("each flaw of a certificate can be put up with and no other is", "[origin]") {
  SecureServer const other("elsewhere.test");
  SecureServer const expired("127.0.0.1", true);
  SecureServer const unknown;
  SecureServer const client("127.0.0.1", false, "clientAuth");
  OriginProbe probe;
  struct Row {
    SecureServer const& server;
    std::uint32_t flaw;
    bool trusting;
  };
  for (auto const& [server, flaw, trusting] :
       {Row{other, tls_flaw::name, true}, Row{expired, tls_flaw::date, true},
        Row{client, tls_flaw::usage, true}, Row{unknown, tls_flaw::authority, false}}) {
    INFO("flaw " << flaw);
    auto const outcome = probe.run(server.order(flaw, trusting));
    CHECK_FALSE(outcome.error());
    CHECK_FALSE((outcome.head && outcome.head->tls_verified));
    CHECK(probe.run(server.order(kAllFlaws & ~flaw, trusting)).error() == Errc::tls_failed);
    // Nor does a connection that was made so serve who is stricter.
    CHECK(probe.run(server.order(0, trusting)).error() == Errc::tls_failed);
  }
}

TEST_CASE("redirects are refused to who follows none", "[origin]") {
  ScriptedOrigin server;
  server.serve_file("/file", "content");
  server.on("/moved", [&](SeenRequest const&) { return redirect(server.url("/file")); });
  OriginProbe probe;
  auto order = OriginProbe::order(server.url("/moved"));
  order.origin.http.follow_redirects = false;

  CHECK(probe.run(order).error() == Errc::redirect_refused);
  CHECK(server.requests().size() == 1);
}

TEST_CASE("hosts that a proxy is not for are reached without it", "[origin]") {
  ScriptedOrigin server;
  server.serve_file("/file", "content");
  OriginProbe probe;
  auto order = OriginProbe::order(server.url("/file"));
  order.origin.proxy = "http://127.0.0.1:9";  // Nobody listens.
  CHECK(probe.run(order).error() == Errc::proxy_failed);

  order.origin.http.no_proxy = "example.org,127.0.0.1";
  CHECK_FALSE(probe.run(order).error());
}

namespace {

// Wants a digest and lets in whoever brings one; its arithmetic is libcurl's.
void ask_for_digest(ScriptedOrigin& server) {
  server.on("/file", [](SeenRequest const& request) {
    Reply reply;
    reply.body = "content";
    if (request.header("Authorization").starts_with("Digest username=\"me\"")) return reply;
    reply.status = 401;
    reply.headers = {{"WWW-Authenticate", "Digest realm=\"r\", nonce=\"n\", qop=\"auth\""},
                     {"WWW-Authenticate", "Basic realm=\"r\""}};
    return reply;
  });
}

}  // namespace

TEST_CASE("a password for Digest never leaves as it is", "[origin]") {
  ScriptedOrigin digests;
  ask_for_digest(digests);
  ScriptedOrigin basic;
  basic.on("/file", [](SeenRequest const&) {
    Reply reply;
    reply.status = 401;
    reply.headers = {{"WWW-Authenticate", "Basic realm=\"r\""}};
    return reply;
  });
  OriginProbe probe;
  for (auto* const server : {&digests, &basic}) {
    auto order = OriginProbe::order(server->url("/file"));
    order.origin.http.digest_credentials = "me:se%3Acret";
    auto const error = probe.run(order).error();
    CHECK(error == (server == &digests ? std::nullopt : std::optional(Errc::http_unauthorized)));
    for (auto const& request : server->requests()) {
      CHECK_FALSE(request.header("Authorization").starts_with("Basic"));
    }
  }
  CHECK(probe.logged().find("se%3A") == std::string::npos);
}

TEST_CASE("a password for Digest does not follow redirects to others", "[origin]") {
  ScriptedOrigin digests;
  ask_for_digest(digests);
  ScriptedOrigin elsewhere;
  elsewhere.on("/file", [&](SeenRequest const&) { return redirect(digests.url("/file")); });
  OriginProbe probe;
  auto order = OriginProbe::order(elsewhere.url("/file"));
  order.origin.http.digest_credentials = "me:secret";

  CHECK(probe.run(order).error() == Errc::http_unauthorized);
}
