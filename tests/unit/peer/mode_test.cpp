#include "peer/mode.h"

#include <catch2/catch.hpp>

using namespace freshet;

TEST_CASE("download modes are known by name and by number", "[mode]") {
  CHECK(download_mode_from_string("lan") == DownloadMode::lan);
  CHECK(download_mode_from_string("1") == DownloadMode::lan);
  CHECK(download_mode_from_string("off") == DownloadMode::http_only);
  CHECK(download_mode_from_string("99") == DownloadMode::simple);
  CHECK(download_mode_from_string("100") == DownloadMode::bypass);
  CHECK_FALSE(download_mode_from_string("4"));
  CHECK_FALSE(download_mode_from_string(""));
  for (auto const mode : {DownloadMode::http_only, DownloadMode::lan, DownloadMode::group,
                          DownloadMode::internet, DownloadMode::simple, DownloadMode::bypass}) {
    CHECK(download_mode_from_string(name(mode)) == mode);
  }
}

TEST_CASE("modes without peers allow nothing at all", "[mode]") {
  for (auto const mode : {DownloadMode::http_only, DownloadMode::simple, DownloadMode::bypass}) {
    CHECK(rules_of(mode, true) == ModeRules{});
    CHECK(rules_of(mode, false) == ModeRules{});
  }
}

TEST_CASE("only the Internet mode uses the DHT and maps ports", "[mode]") {
  for (auto const mode : {DownloadMode::lan, DownloadMode::group}) {
    CHECK_FALSE(rules_of(mode, true).dht);
    CHECK_FALSE(rules_of(mode, false).port_mapping);
  }
  CHECK(rules_of(DownloadMode::internet, false).dht);
  CHECK(rules_of(DownloadMode::internet, false).port_mapping);
  CHECK(rules_of(DownloadMode::internet, false).strangers);
}

TEST_CASE("a secret asks for proof in every mode and keeps contents out of the DHT", "[mode]") {
  for (auto const mode : {DownloadMode::lan, DownloadMode::group, DownloadMode::internet}) {
    CHECK(rules_of(mode, true).proof);
    CHECK_FALSE(rules_of(mode, false).proof);
    CHECK_FALSE(rules_of(mode, true).dht);
  }
}

TEST_CASE("a group without a secret stays on the local networks", "[mode]") {
  CHECK_FALSE(rules_of(DownloadMode::group, false).strangers);
  CHECK(rules_of(DownloadMode::group, true).strangers);
  CHECK_FALSE(rules_of(DownloadMode::lan, true).strangers);
}
