#include <catch2/catch.hpp>

#include "api/doagent/cache_bans.h"
#include "api/doagent/cache_url.h"
#include "api/doagent/settings_text.h"

using namespace freshet;
using namespace freshet::doagent;
using std::chrono::minutes;

TEST_CASE("a cache host is asked by the convention of Connected Cache", "[doagent]") {
  CHECK(cache_url("http://a.example/p/f", "10.1.0.70") ==
        "http://10.1.0.70/p/f?cacheHostOrigin=a.example");
  CHECK(cache_url("http://a.example/p/f?x=1&y=a%20b", "mcc.local") ==
        "http://mcc.local/p/f?x=1&y=a%20b&cacheHostOrigin=a.example");
  CHECK(cache_url("http://a.example:8080/f", "mcc.local") ==
        "http://mcc.local:8080/f?cacheHostOrigin=a.example");
  CHECK(cache_url("http://a.example/f", "mcc.local:8090") ==
        "http://mcc.local:8090/f?cacheHostOrigin=a.example");
  CHECK(cache_url("http://a.example:8080/f", "mcc.local:8090") ==
        "http://mcc.local:8090/f?cacheHostOrigin=a.example");
  CHECK(cache_url("https://u:p@a.example/f", "mcc.local") ==
        "https://mcc.local/f?cacheHostOrigin=a.example");
}

TEST_CASE("what is no cache host is not asked", "[doagent]") {
  for (auto const* const host : {"", "a/b", "a?b", "u@a", "a b", "a:b", "http://a"}) {
    CHECK_FALSE(cache_url("http://a.example/f", host));
  }
  CHECK_FALSE(cache_url("ftp:x", "mcc.local"));
}

TEST_CASE("cache hosts are banned for a quarter of an hour", "[doagent]") {
  CacheBans bans;
  TimePoint const now{minutes{100}};
  bans.ban("dead", now);
  bans.ban("picky", "a.example", now);
  CHECK(bans.banned("dead", "any.example", now + minutes{14}));
  CHECK_FALSE(bans.banned("dead", "any.example", now + minutes{15}));
  CHECK(bans.banned("picky", "a.example", now));
  CHECK_FALSE(bans.banned("picky", "b.example", now));
}

TEST_CASE("bans of cache hosts are bounded", "[doagent]") {
  CacheBans bans;
  TimePoint now{minutes{100}};
  for (int i = 0; i < 5000; ++i) {
    now += Duration{1};
    bans.ban("host" + std::to_string(i), now);
  }
  CHECK_FALSE(bans.banned("host0", "", now));
  CHECK(bans.banned("host4999", "", now));
}

TEST_CASE("settings of the agent's administrator are read as numbers or as texts", "[doagent]") {
  auto const settings = read_admin_settings(
      R"({"DOCacheHost":"mcc.local","DODelayCacheServerFallbackForeground":"30",)"
      R"("RestControllerValidateRemoteAddr":"false","Other":[1,{}]})");
  CHECK(settings.cache_host == "mcc.local");
  CHECK(settings.fallback_delay == std::chrono::seconds{30});
  CHECK_FALSE(settings.validate_address);
  CHECK(read_admin_settings(R"({"DODelayCacheServerFallbackBackground":-1})").fallback_delay ==
        Duration::max());
  CHECK(read_admin_settings(R"({"DODelayCacheServerFallbackBackground":5,)"
                            R"("DODelayCacheServerFallbackForeground":6})")
            .fallback_delay == std::chrono::seconds{5});
  CHECK(read_admin_settings(R"({"DOCacheHost":""})").cache_host == "");
  for (auto const* const text : {"", "{", "[]", "1", R"({"DOCacheHost":1})"}) {
    CHECK(read_admin_settings(text) == AdminSettings{});
  }
}

TEST_CASE("the gateway is found in a connection string in any letters", "[doagent]") {
  auto const gateway = [](std::string const& connection) {
    return read_gateway(R"({"ADUC_IoTConnectionString":")" + connection + "\"}");
  };
  CHECK(gateway("HostName=h;gatewayhostname=10.1.0.70;SharedAccessKey=k=") == "10.1.0.70");
  CHECK(gateway("GatewayHostName=g") == "g");
  CHECK(gateway("HostName=h;SharedAccessKey=GatewayHostName") == "");
  CHECK(gateway("") == "");
  CHECK(read_gateway("{}") == "");
}
