#include "engine/content/magnet.h"

#include <catch2/catch.hpp>

#include "engine/base/hash.h"
#include "engine/content/torrent_file.h"

using namespace freshet;
using Urls = std::vector<std::string>;

namespace {

std::string const kHash(64, 'a');

}  // namespace

TEST_CASE("our own links carry the whole identity", "[magnet]") {
  ContentId const content{123'456, sha256({})};
  Urls const urls{"https://a.example/f?x=1&y=%20"};
  Urls const trackers{"udp://t.example:6969/announce"};

  auto const magnet = parse_magnet(magnet_link(content, urls, trackers));

  REQUIRE(magnet);
  CHECK(magnet->content == content);
  CHECK(magnet->info_hash == canonical_info_hash(content));
  CHECK(magnet->urls == urls);
  CHECK(magnet->trackers == trackers);
}

TEST_CASE("a length or name that the info-hash does not prove is no identity", "[magnet]") {
  auto link = magnet_link({123'456, sha256({})});
  auto const without = link.substr(0, link.find("&xl"));
  link.replace(link.find("xl=123456"), 9, "xl=123457");

  CHECK(parse_magnet(link));
  CHECK_FALSE(parse_magnet(link)->content);
  CHECK(parse_magnet(without));
  CHECK_FALSE(parse_magnet(without)->content);
}

TEST_CASE("links of others are read", "[magnet]") {
  auto const magnet = parse_magnet(
      "magnet:?xt=urn:btih:" + std::string(40, 'b') + "&xt=urn:btmh:1220" + kHash +
      "&dn=A+File%21&tr=http%3A%2F%2Ft%2F&x.pe=192.0.2.1:7680&ws=http://h/f&ws=ftp://h/f&so=0");

  REQUIRE(magnet);
  CHECK(to_hex(magnet->info_hash) == kHash);
  CHECK(magnet->name == "A File!");
  CHECK(magnet->trackers == Urls{"http://t/"});
  CHECK(magnet->peers == Urls{"192.0.2.1:7680"});
  CHECK(magnet->urls == Urls{"http://h/f"});
}

TEST_CASE("links without one version 2 hash are refused", "[magnet]") {
  auto const topic = "xt=urn:btmh:1220" + kHash;
  for (auto const& bad :
       Urls{"", "magnet:", "magnet:?", "http://h/", "magnet:?xt=urn:btih:" + std::string(40, 'b'),
            "magnet:?" + topic + "a", "magnet:?xt=urn:btmh:1320" + kHash,
            "magnet:?" + topic + "&" + topic, "magnet:?" + topic + "&dn=%4",
            "magnet:?" + topic + "&dn=%zz",
            "magnet:?" + topic + "&dn=" + std::string(kMagnetBytesMax, 'x')}) {
    INFO(bad);
    CHECK_FALSE(parse_magnet(bad));
  }
}

TEST_CASE("entries past the limit are left out", "[magnet]") {
  auto link = "magnet:?xt=urn:btmh:1220" + kHash;
  for (std::size_t i = 0; i < kMagnetEntriesMax + 5; ++i) link += "&tr=udp://t";

  CHECK(parse_magnet(link)->trackers.size() == kMagnetEntriesMax);
}
