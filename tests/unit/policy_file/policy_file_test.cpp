#include "api/policy/policy_file.h"
#include "api/policy/setting_file.h"

#include <catch2/catch.hpp>

#include <map>

using namespace freshet;
using namespace std::chrono_literals;

namespace {

std::string mistakes(std::string_view text) {
  auto const file = parse_policy_file(text, "f.toml");
  if (file) return {};
  CHECK(file.error().code == Errc::invalid_argument);
  CHECK(file.error().where == "f.toml");
  return file.error().why;
}

}  // namespace

TEST_CASE("policies stand under their own names with their places", "[policy_file]") {
  auto const file = parse_policy_file(R"(
[policy]
DODownloadMode = "group"
DOMonthlyUploadDataCap = 5
DOAllowVPNPeerCaching = true
DOSetHoursToLimitBackgroundDownloadBandwidth = { from = 8, to = 18, inside = 20, outside = 90 }

[machine]
metered = true
)",
                                      "f.toml");
  REQUIRE(file);
  CHECK(file->policy.download_mode == "group");
  CHECK(file->policy.monthly_upload_data_cap_gb == 5);
  CHECK(file->policy.allow_vpn_peer_caching == true);
  CHECK(file->policy.hours_background == HourLimits{8, 18, 20, 90});
  CHECK(file->policy.min_ram_gb == std::nullopt);
  CHECK(file->machine == MachineOverrides{.metered = true});
  CHECK(file->places.at("DOMonthlyUploadDataCap") == "f.toml:4");
  CHECK(file->places.size() == 4);
}

TEST_CASE("what the daemon is told is kept as words with their lines", "[policy_file]") {
  auto const file = parse_policy_file(
      "[daemon]\nlog = \"debug\"\ndownload_limit = 5000\nsignatures_required = true\n"
      "listen = [\"192.0.2.1:1\", \"192.0.2.2:1\"]\n",
      "f.toml");
  REQUIRE(file);
  std::map<std::string, FileSetting> found;
  for (auto const& setting : file->daemon) found[setting.name] = setting;
  CHECK(found.at("log") == FileSetting{"log", {"debug"}, 2});
  CHECK(found.at("download_limit").values == std::vector<std::string>{"5000"});
  CHECK(found.at("signatures_required").values == std::vector<std::string>{"true"});
  CHECK(found.at("listen").values.size() == 2);
  CHECK(mistakes("[daemon]\nlog = 2026-11-21\n").starts_with("line 2: log is no text"));
  CHECK(mistakes("[daemon]\nlog = { a = 1 }\n").starts_with("line 2: log is no text"));
}

TEST_CASE("how peers are found is read too", "[policy_file]") {
  auto const file = parse_policy_file(R"(
[peers]
group_secret_file = "/etc/freshet/secret"
listen = ["192.0.2.1:7680"]
trackers = ["http://t/announce"]
local_search = false
find_nodes = true
share_for_s = 600
lan = { upload = 100 }
[peers.internet]
upload = 10
download = 20
)",
                                      "f.toml");
  REQUIRE(file);
  CHECK(file->peers.group_secret_file == "/etc/freshet/secret");
  CHECK(file->peers.listen == std::vector<std::string>{"192.0.2.1:7680"});
  CHECK(file->peers.trackers.size() == 1);
  CHECK(file->peers.local_search == false);
  CHECK(file->peers.find_nodes == true);
  CHECK(file->peers.share_for == 600s);
  CHECK(file->peers.limits.lan.upload.value == 102'400);
  CHECK(file->peers.limits.internet == PeerLimits{{10'240}, {20'480}});
  CHECK(file->peers.limits.group == PeerLimits{});
}

TEST_CASE("an empty file and sections of others are right", "[policy_file]") {
  CHECK(parse_policy_file("", "f.toml"));
  CHECK(parse_policy_file("[daemon]\nsocket = 'x'\n[node]\na = 1\n", "f.toml"));
}

TEST_CASE("every mistake is told with its line", "[policy_file]") {
  auto const told = mistakes(
      "[policy]\nDOMaxCacheSize = 101\nDOWhatever = 1\nDOMinRAMAllowedToPeer = -4\n"
      "[elsewhere]\n[peers]\ncolour = 'red'\n");
  CHECK(told.find("line 2: DOMaxCacheSize is no number from 0 to 100") != std::string::npos);
  CHECK(told.find("line 3: DOWhatever is no policy") != std::string::npos);
  CHECK(told.find("line 4: DOMinRAMAllowedToPeer") != std::string::npos);
  CHECK(told.find("line 5: elsewhere is no section") != std::string::npos);
  CHECK(told.find("line 7: [peers] has no colour") != std::string::npos);
}

TEST_CASE("values of the wrong kind are mistakes", "[policy_file]") {
  CHECK(mistakes("policy = 1") == "line 1: policy is no table");
  CHECK_FALSE(mistakes("[policy]\nDOMaxCacheAge = 'long'").empty());
  CHECK_FALSE(mistakes("[policy]\nDOMaxCacheAge = 1.5").empty());
  CHECK_FALSE(mistakes("[policy]\nDOAllowVPNPeerCaching = 2").empty());
  CHECK_FALSE(mistakes("[policy]\nDOCacheHost = ['a']").empty());
  CHECK_FALSE(
      mistakes("[policy]\nDOSetHoursToLimitForegroundDownloadBandwidth = { from = 8 }").empty());
  CHECK_FALSE(mistakes("[policy]\nDOSetHoursToLimitForegroundDownloadBandwidth = "
                       "{ from = 8, to = 8, inside = 1, outside = 1 }")
                  .empty());
  CHECK_FALSE(mistakes("[peers]\nlisten = '192.0.2.1'").empty());
  CHECK_FALSE(mistakes("[peers]\nlisten = [1]").empty());
  CHECK_FALSE(mistakes("[peers]\ngroup_secret_file = 'secret'").empty());
  CHECK_FALSE(mistakes("[machine]\nvpn = 'no'").empty());
}

TEST_CASE("what is no TOML is told with the line where it ends to be", "[policy_file]") {
  CHECK(mistakes("[policy]\nDOMaxCacheAge =\n").starts_with("line 2: "));
  CHECK(mistakes("[policy]\nDOMaxCacheAge = \u044b\n").starts_with("line 2: "));
  CHECK_FALSE(mistakes("[policy]\nDOMaxCacheAge = 1\nDOMaxCacheAge = 2\n").empty());
  CHECK_FALSE(mistakes(std::string(kSettingFileBytesMax + 1, ' ')).empty());
}

TEST_CASE("a file that is not there is told from one that is wrong", "[policy_file]") {
  auto const file = read_policy_file("/nonexistent/freshet.toml");
  REQUIRE_FALSE(file);
  CHECK(file.error().code == Errc::not_found);
}
