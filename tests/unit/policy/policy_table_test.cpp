#include "engine/policy/policy_table.h"

#include <catch2/catch.hpp>

#include <set>

using namespace freshet;

TEST_CASE("every policy is set and told by its own name", "[policy]") {
  std::set<std::string_view> names;
  for (auto const& row : policy_table()) {
    Policy policy;
    std::string const text = [&] {
      if (row.name == "DODownloadMode") return std::string("group");
      if (row.name == "DOModifyCacheDrive") return std::string("/srv/cache");
      if (std::holds_alternative<Policy::Hours Policy::*>(row.member))
        return std::string("8-18:20:90");
      if (std::holds_alternative<Policy::Switch Policy::*>(row.member)) return std::string("true");
      return std::to_string(std::max<std::uint64_t>(row.least, 1));
    }();
    INFO(row.name);
    CHECK(names.insert(row.name).second);
    CHECK(policy_text(policy, row).empty());
    REQUIRE(set_policy_text(policy, row.name, text));
    CHECK(policy_text(policy, row) == text);
    CHECK_FALSE(policy == Policy{});
    CHECK(merged({}, policy) == policy);
    CHECK(merged(policy, {}) == policy);
  }
}

TEST_CASE("values that cannot be are refused with what they may be", "[policy]") {
  Policy policy;
  auto const refused = [&](std::string_view name, std::string_view text) {
    auto const set = set_policy_text(policy, name, text);
    return !set && set.error().code == Errc::invalid_argument && set.error().where == name;
  };
  CHECK(refused("DOSomething", "1"));
  CHECK(refused("domaxcachesize", "5"));
  CHECK(refused("DOMaxCacheSize", "0"));
  CHECK(refused("DOMaxCacheSize", "101"));
  CHECK(refused("DOMaxCacheSize", "-1"));
  CHECK(refused("DOMaxCacheSize", "ten"));
  CHECK(refused("DOAllowVPNPeerCaching", "perhaps"));
  CHECK(refused("DODownloadMode", "4"));
  CHECK(refused("DOCacheHostSource", "3"));
  CHECK(refused("DODelayCacheServerFallbackForeground", "2592001"));
  CHECK(refused("DOModifyCacheDrive", "D:"));
  CHECK(refused("DOSetHoursToLimitBackgroundDownloadBandwidth", "8-18"));
  CHECK(refused("DOSetHoursToLimitBackgroundDownloadBandwidth", "8-24:20:90"));
  CHECK(refused("DOSetHoursToLimitBackgroundDownloadBandwidth", "8-8:20:90"));
  CHECK(refused("DOSetHoursToLimitBackgroundDownloadBandwidth", "8-18:0:90"));
  CHECK(policy == Policy{});
}

TEST_CASE("a policy that Windows writes in two ways is known by both", "[policy]") {
  REQUIRE(find_policy("DOMinBackgroundQoS") != nullptr);
  CHECK(find_policy("DOMinBackgroundQos") == find_policy("DOMinBackgroundQoS"));
}

TEST_CASE("modes are numbers or names", "[policy]") {
  Policy policy;
  REQUIRE(set_policy_text(policy, "DODownloadMode", "3"));
  CHECK(policy.download_mode == "3");
  REQUIRE(set_policy(policy, *find_policy("DODownloadMode"), std::uint64_t{99}));
  CHECK(policy.download_mode == "99");
}
