#include "api/node/route/address.h"

#include <catch2/catch.hpp>

using namespace freshet;
using namespace freshet::node;

namespace {

bool is_open(std::string_view text) {
  auto const address = parse_address(text);
  REQUIRE(address);
  return is_public(*address);
}

}  // namespace

TEST_CASE("addresses of the Internet may be dialled", "[node][route]") {
  for (auto const text : {"1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "223.255.255.255",
                          "2606:4700::1111", "2a00:1450::1"}) {
    INFO(text);
    CHECK(is_open(text));
  }
}

TEST_CASE("private addresses may not be dialled in whatever dress they come", "[node][route]") {
  for (auto const text : {"0.0.0.0",
                          "10.1.2.3",
                          "100.64.0.1",
                          "127.0.0.1",
                          "127.8.8.8",
                          "169.254.169.254",
                          "172.16.0.1",
                          "172.31.255.255",
                          "192.168.1.1",
                          "192.0.2.1",
                          "198.18.0.1",
                          "224.0.0.1",
                          "255.255.255.255",
                          "::",
                          "::1",
                          "::ffff:127.0.0.1",
                          "::ffff:10.0.0.1",
                          "::127.0.0.1",
                          "fe80::1",
                          "fc00::1",
                          "fd12::1",
                          "ff02::1",
                          "2001:db8::1",
                          "64:ff9b::a00:1",
                          "64:ff9b::7f00:1",
                          "2002:7f00:1::",
                          "2002:a00:1::",
                          "2001:0:1::",
                          "fec0::1"}) {
    INFO(text);
    CHECK_FALSE(is_open(text));
  }
}

TEST_CASE("networks that the administrator names may be dialled", "[node][route]") {
  std::vector<IpNetwork> const also{*parse_network("10.1.0.0/16"), *parse_network("fd00:1::/32")};
  CHECK(may_dial(*parse_address("10.1.255.1"), also));
  CHECK(may_dial(*parse_address("::ffff:10.1.0.1"), also));
  CHECK(may_dial(*parse_address("fd00:1::5"), also));
  CHECK_FALSE(may_dial(*parse_address("10.2.0.1"), also));
  CHECK_FALSE(may_dial(*parse_address("127.0.0.1"), also));
}

TEST_CASE("networks read and are written one way", "[node][route]") {
  for (auto const text : {"10.0.0.0/8", "0.0.0.0/0", "192.0.2.7/32", "2001:db8::/32", "::/0"}) {
    auto const network = parse_network(text);
    REQUIRE(network);
    CHECK(to_string(*network) == text);
  }
  CHECK(parse_network("192.0.2.7")->prefix == 128);
  for (auto const text : {"", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10/8",
                          "::/129", "2001:db8::1/32", "a/8"}) {
    INFO(text);
    CHECK_FALSE(parse_network(text));
  }
}
