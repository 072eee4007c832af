#include "peer/link_announce.h"

#include <catch2/catch.hpp>

using namespace freshet::peer;

namespace {

std::string const kDigits = "00112233445566778899aabbccddeeff00112233";

std::string announce(std::string const& headers) {
  return "BT-SEARCH * HTTP/1.1\r\nHost: 239.192.152.143:6771\r\n" + headers + "\r\n\r\n";
}

}  // namespace

TEST_CASE("who asks the link is understood", "[link]") {
  auto const heard =
      parse_link_announce(announce("Port: 7680\r\nInfohash: " + kDigits + "\r\ncookie: 1"));

  REQUIRE(heard);
  CHECK(heard->port == 7680);
  REQUIRE(heard->short_hashes.size() == 1);
  CHECK(heard->short_hashes[0].size() == 20);
  CHECK(heard->short_hashes[0].substr(0, 3) == std::string("\x00\x11\x22", 3));
}

TEST_CASE("one announce may name several contents in any case of letters", "[link]") {
  auto const heard = parse_link_announce(
      announce("INFOHASH:" + kDigits + "\r\ninfohash:  " + kDigits + "\r\nport:1"));
  REQUIRE(heard);
  CHECK(heard->short_hashes.size() == 2);

  std::string many = "Port: 1";
  for (int i = 0; i < 20; ++i) many += "\r\nInfohash: " + kDigits;
  CHECK(parse_link_announce(announce(many))->short_hashes.size() == 20);
}

TEST_CASE("what is no whole announce is ignored", "[link]") {
  for (auto const* text : {"", "BT-SEARCH", "BT-SEARCH * HTTP/1.1", "GET / HTTP/1.1\r\n\r\n"}) {
    CHECK_FALSE(parse_link_announce(text));
  }
  CHECK_FALSE(parse_link_announce(announce("Port: 7680")));
  CHECK_FALSE(parse_link_announce(announce("Infohash: " + kDigits)));
  CHECK_FALSE(parse_link_announce(announce("Port: 0\r\nInfohash: " + kDigits)));
  CHECK_FALSE(parse_link_announce(announce("Port: 65536\r\nInfohash: " + kDigits)));
  CHECK_FALSE(parse_link_announce(announce("Port: 1x\r\nInfohash: " + kDigits)));
  CHECK_FALSE(parse_link_announce(announce("Port: 1\r\nInfohash: " + kDigits.substr(1))));
  CHECK_FALSE(parse_link_announce(announce("Port: 1\r\nInfohash: x" + kDigits.substr(1))));
  CHECK_FALSE(parse_link_announce(
      announce("Port: 1\r\nInfohash: " + kDigits + std::string(kAnnounceBytesMax, ' '))));
}
