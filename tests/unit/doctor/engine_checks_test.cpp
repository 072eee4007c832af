#include "api/doctor/engine_checks.h"

#include <catch2/catch.hpp>

#include "tests/unit/doctor/doctor_text.h"

using namespace freshet;
using namespace freshet::doctor;
using namespace freshet::test;

namespace {

PolicyEntry set(std::string name, std::string value) {
  return {std::move(name), std::move(value), {}, PolicyOrigin::file, "/etc/freshet/freshet.toml:1"};
}

Findings judge(std::vector<PolicyEntry> const& policies, DownloadMode mode = DownloadMode::lan) {
  return judge_policy(policies, {}, mode);
}

}  // namespace

TEST_CASE("policies that work against each other are named", "[doctor]") {
  CHECK(says(judge({set("DODelayBackgroundDownloadFromHttp", "60")}, DownloadMode::http_only),
             "DODelayBackgroundDownloadFromHttp waits for peers"));
  CHECK_FALSE(says(judge({set("DODelayBackgroundDownloadFromHttp", "60")}), "waits for peers"));
  CHECK(says(judge({set("DODelayCacheServerFallbackForeground", "60")}), "none is named"));
  CHECK(says(judge({set("DOGroupID", "office")}), "DOGroupID names a group"));
  CHECK(says(
      judge({set("DOMinBackgroundQos", "900"), set("DOMaxBackgroundDownloadBandwidth", "500")}),
      "the origin always helps"));
  CHECK(says(
      judge({set("DOMaxDownloadBandwidth", "5"), set("DOMaxForegroundDownloadBandwidth", "50")}),
      "holds for all"));
  CHECK(says(judge({set("DOMaxCacheSize", "5"), set("DOAbsoluteMaxCacheSize", "50")}),
             "has no effect"));
  CHECK(worst(judge({set("DOMaxCacheAge", "5")})) == Severity::ok);
}

TEST_CASE("defaults are no conflict", "[doctor]") {
  auto entry = set("DOGroupID", "");
  entry.origin = PolicyOrigin::standard;
  CHECK(worst(judge({entry})) == Severity::ok);
}

TEST_CASE("what policy restricts now is told in its words", "[doctor]") {
  PolicyVerdict verdict;
  verdict.reasons = {"the battery is below DOMinBatteryPercentageAllowedToUpload"};
  CHECK(says(judge_policy({}, verdict, DownloadMode::lan), "Policy restricts: the battery"));
  CHECK(says(judge({}, DownloadMode::simple), "no peers"));
}

TEST_CASE("peers that lied are told with where", "[doctor]") {
  PeerBan ban;
  ban.address = "192.0.2.7";
  ban.bytes = {16384, 32768};
  ban.why = "sent wrong bytes";
  CHECK(says(judge_bans({ban}), "warning bans: 192.0.2.7 is banned: sent wrong bytes (byte 16384"));
  CHECK(worst(judge_bans({})) == Severity::ok);
  CHECK(judge_bans(std::vector<PeerBan>(1000, ban)).size() == 20);
}

TEST_CASE("advice of decision records is told once with an example", "[doctor]") {
  std::string const record =
      R"({"files":[{"file":0,"transfer":{"events":[{"code":"started","text":"1 source"},)"
      R"({"code":"store_failed","text":"no space","error":"disk_full"}],)"
      R"("advice":[{"code":"heal_disk","text":"Free space."}]}}]})";
  auto const findings = judge_records({{"job a", record}, {"job b", record}});
  CHECK(text_of(findings) ==
        "warning records: heal_disk would have helped 2 files, first job a, store_failed: no "
        "space. -> Free space.\n");
}

TEST_CASE("records that cannot be read say nothing", "[doctor]") {
  for (std::string const text : {"", "{", "[]", "{\"files\":[{}]}", "{\"files\":[]}"}) {
    CHECK(worst(judge_records({{"job", text}})) == Severity::ok);
  }
}

TEST_CASE("each check and severity has its own name", "[doctor]") {
  CHECK(name(Check::engine) == "engine");
  CHECK(name(Check::records) == "records");
  CHECK(name(Severity::warning) == "warning");
}
