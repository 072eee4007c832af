#include <catch2/catch.hpp>

#include "api/node/route/node_settings.h"

using namespace freshet;
using namespace freshet::node;
using namespace std::chrono_literals;

namespace {

std::string mistakes(std::string_view text) {
  auto const settings = parse_node_settings(text, "f.toml");
  if (settings) return {};
  CHECK(settings.error().code == Errc::invalid_argument);
  CHECK(settings.error().where == "f.toml");
  return settings.error().why;
}

}  // namespace

TEST_CASE("a file without a node means one that is not enabled", "[node][settings]") {
  auto const settings = parse_node_settings("[policy]\nDODownloadMode = \"lan\"\n", "f.toml");
  REQUIRE(settings);
  CHECK(*settings == NodeSettings{});
  CHECK_FALSE(settings->enabled);
}

TEST_CASE("everything of the node can be said in its file", "[node][settings]") {
  auto const settings = parse_node_settings(R"(
[node]
enabled = true
listen = ["0.0.0.0:80", "[::]:8080"]
listen_tls = ["192.0.2.1:443"]
certificate = "/etc/freshet/node.crt"
certificate_key = "/etc/freshet/node.key"
name = "cache-1"
names = ["Cache.site", "192.0.2.1"]
allow = ["*.example", "https://r.example/v2/"]
origin_networks = ["10.0.0.0/8"]
map = { "/debian/" = "https://deb.example/debian/" }
workers = 4
announce = false
tracker = false
sign = false
fellows = ["192.0.2.12:8080", "cache.site"]
fellow_keys = ["RWQAAQIDBAUGBwABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"]
pin = ["http://a.example/x/*"]
warm = ["http://a.example/y"]
warm_every_s = 60

[node.limits]
cache = 1000
objects = 5
age_s = 3600
connections = 7
)",
                                            "f.toml");
  REQUIRE(settings);
  CHECK(settings->enabled);
  REQUIRE(settings->listen.size() == 2);
  CHECK(to_string(settings->listen[0]) == "0.0.0.0:80");
  CHECK(to_string(settings->listen[1]) == "[::]:8080");
  CHECK(to_string(settings->listen_tls.at(0)) == "192.0.2.1:443");
  CHECK(settings->certificate_key == "/etc/freshet/node.key");
  CHECK(settings->name == "cache-1");
  CHECK(settings->ways.names == std::vector<std::string>{"cache.site", "192.0.2.1"});
  CHECK(settings->ways.allow.patterns().size() == 2);
  CHECK(to_string(settings->ways.networks.at(0)) == "10.0.0.0/8");
  CHECK(settings->ways.mappings.at(0).prefix == "/debian/");
  CHECK(settings->ways.mappings.at(0).origin.host == "deb.example");
  CHECK(settings->workers == 4);
  CHECK_FALSE((settings->announce || settings->tracker || settings->sign));
  CHECK(settings->fellows == std::vector<std::string>{"192.0.2.12:8080", "cache.site"});
  CHECK(settings->fellow_keys.size() == 1);
  CHECK(settings->pins == std::vector<std::string>{"http://a.example/x/*"});
  CHECK(settings->warm_every == 60s);
  CHECK(settings->limits.cache == 1000);
  CHECK(settings->limits.objects == 5);
  CHECK(settings->limits.age == 1h);
  CHECK(settings->limits.connections == 7);
  CHECK(settings->limits.idle == NodeLimits{}.idle);
}

TEST_CASE("every mistake of the node's settings is told with its line", "[node][settings]") {
  CHECK(mistakes("[node]\ncolour = 1\n") == "line 2: [node] has no colour");
  CHECK(mistakes("[node.limits]\ncolour = 1\n") == "line 2: [node.limits] has no colour");
  CHECK(mistakes("[node]\nlisten = [\"80\"]\nname = \"a b\"\n") ==
        "line 2: listen has 80, which is no address with a port; line 3: name is not one word");
  CHECK(mistakes("[node]\nallow = [\"a*b\"]\n").starts_with("line 2: allow has a*b, which is no"));
  CHECK(mistakes("[node]\nworkers = -1\n") == "line 2: workers is no number from 0 on");
  CHECK(mistakes("[node.limits]\nobjects = 0\n") ==
        "line 2: limits.objects is no number from 1 on");
  CHECK(mistakes("node = 1\n") == "line 1: node is no table");
  CHECK(mistakes("[node]\nmap = { \"/x\" = \"http://a/\" }\n").find("no path with /") !=
        std::string::npos);
  CHECK(mistakes("[node]\nmap = { \"/x/\" = \"http://a/b\" }\n").find("ends with /") !=
        std::string::npos);
  CHECK(mistakes("[node]\nmap = { \"/x/\" = \"http://u@a/\" }\n").find("ends with /") !=
        std::string::npos);
  CHECK(mistakes("[node]\ncertificate = \"a\"\n").find("no absolute path") != std::string::npos);
  CHECK(mistakes("[node]\norigin_networks = [\"10.0.0.1/8\"]\n").find("no network") !=
        std::string::npos);
  CHECK(mistakes("[node]\nfellows = [\"a/b\"]\n").find("no host with a port") != std::string::npos);
  CHECK(mistakes("[node]\nfellow_keys = [\"RW\"]\n").find("no public key") != std::string::npos);
  CHECK(mistakes("[node]\nfellows = [\"a\"]\nsign = false\n").find("fellow_keys") !=
        std::string::npos);
  CHECK(mistakes("[node\n").starts_with("line 1: "));
}

TEST_CASE("a node that could serve nothing is a mistake", "[node][settings]") {
  CHECK(mistakes("[node]\nenabled = true\nallow = [\"a\"]\n").find("listens nowhere") !=
        std::string::npos);
  CHECK(mistakes("[node]\nenabled = true\nlisten = [\"0.0.0.0:80\"]\n").find("no origin") !=
        std::string::npos);
  CHECK(mistakes("[node]\nlisten_tls = [\"0.0.0.0:1\"]\n").find("certificate") !=
        std::string::npos);
  CHECK(mistakes("[node]\ncertificate = \"/a\"\n").find("or neither") != std::string::npos);
}
