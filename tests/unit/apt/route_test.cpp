#include "api/apt/route.h"

#include <catch2/catch.hpp>

using namespace freshet;
using namespace freshet::apt;

namespace {

std::string const kDigest(64, 'a');

Settings settings(std::vector<std::string> items = {}) {
  Message message{601, "Configuration", {}};
  for (auto& item : items) message.fields.emplace_back("Config-Item", std::move(item));
  return Settings(message);
}

Message acquire(std::string uri = "freshet+http://deb.example/a.deb") {
  return {600,
          "URI Acquire",
          {{"URI", std::move(uri)},
           {"Filename", "/partial/a.deb"},
           {"Expected-SHA256", kDigest},
           {"Expected-Checksum-FileSize", "5000000"}}};
}

}  // namespace

TEST_CASE("large files that apt knows go through the daemon", "[apt]") {
  auto const wish = wish_of(acquire(), settings());
  REQUIRE(wish);
  CHECK(wish->uri == "freshet+http://deb.example/a.deb");
  CHECK(wish->url == "http://deb.example/a.deb");
  CHECK(wish->file == "/partial/a.deb");
  CHECK(wish->size == 5'000'000);
  CHECK(to_hex(wish->sha256) == kDigest);
  CHECK(wish->proxy.empty());
}

TEST_CASE("small files and lists and files that apt does not know go straight", "[apt]") {
  auto small = acquire();
  small.set("Expected-Checksum-FileSize", "1000");
  auto list = acquire();
  list.set("Index-File", "true");
  auto known = acquire();
  known.set("Last-Modified", "Sat, 01 Jan 2000 00:00:00 GMT");
  auto unknown = acquire();
  unknown.set("Expected-SHA256", "no digest");
  for (auto const& each : {small, list, known, unknown}) CHECK_FALSE(wish_of(each, settings()));
  CHECK(wish_of(small, settings({"Acquire::freshet::Minimum-Size=1000"})));
  CHECK_FALSE(wish_of(acquire(), settings({"Acquire::freshet::Off=true"})));
}

TEST_CASE("plain URLs go through the daemon for chosen hosts alone", "[apt]") {
  auto const chosen = settings({"Acquire::freshet::Hosts=", "Acquire::freshet::Hosts::=deb.example",
                                "Acquire::freshet::Hosts::=*.many.example"});
  CHECK(wish_of(acquire("http://deb.example/a"), chosen));
  CHECK(wish_of(acquire("https://x.many.example/a"), chosen));
  CHECK_FALSE(wish_of(acquire("http://many.example/a"), chosen));
  CHECK_FALSE(wish_of(acquire("http://other.example/a"), chosen));
  CHECK(wish_of(acquire("http://other.example/a"), settings({"acquire::FRESHET::hosts::=*"})));
}

TEST_CASE("what only apt can do stays with apt", "[apt]") {
  CHECK_FALSE(wish_of(acquire("freshet+http://user:secret@deb.example/a"), settings()));
  CHECK_FALSE(wish_of(acquire("freshet+ftp://deb.example/a"), settings()));
  auto const https = acquire("freshet+https://deb.example/a");
  CHECK(wish_of(https, settings()));
  CHECK_FALSE(wish_of(https, settings({"Acquire::https::CAInfo=/ca.pem"})));
  CHECK_FALSE(wish_of(https, settings({"Acquire::https::deb.example::Verify-Peer=false"})));
  CHECK_FALSE(wish_of(acquire(), settings({"Acquire::http::Proxy-Auto-Detect=/x"})));
}

TEST_CASE("the daemon keeps to apt's proxies and limits", "[apt]") {
  auto const given =
      settings({"Acquire::http::Proxy=http://proxy:3128/", "Acquire::http::Dl-Limit=10",
                "Acquire::http::Proxy::direct.example=DIRECT"});
  CHECK(wish_of(acquire(), given)->proxy == "http://proxy:3128/");
  CHECK(wish_of(acquire(), given)->limit.value == 10 * 1024);
  CHECK(wish_of(acquire("freshet+https://deb.example/a"), given)->proxy == "http://proxy:3128/");
  CHECK(wish_of(acquire("freshet+http://direct.example/a"), given)->proxy == "-");
}

TEST_CASE("settings of apt are decoded", "[apt]") {
  CHECK(settings({"Acquire::freshet::Socket=/a%20b%3dc"}).socket() == "/a b=c");
  CHECK(settings({"APT::Sandbox::User=_apt"}).sandbox_user() == "_apt");
  CHECK(settings({"Acquire::freshet::Timeout=0"}).patience() == std::chrono::seconds{1});
  CHECK(settings({"no equals sign"}).socket().empty());
}

TEST_CASE("the scheme of apt's sources is ours in front of the real one", "[apt]") {
  CHECK(is_ours("freshet+https://a"));
  CHECK_FALSE(is_ours("https://a"));
  CHECK(plain("freshet+https://a") == "https://a");
  CHECK(plain("https://a") == "https://a");
  CHECK(ours("http://a") == "freshet+http://a");
  CHECK(ours("freshet+http://a") == "freshet+http://a");
}
