#include "peer/local_networks.h"

#include <catch2/catch.hpp>

using namespace freshet;
using namespace freshet::peer;

namespace {

PeerClass classify(std::string_view address) {
  LocalNetworks const networks(
      {*parse_subnet("192.0.2.0/24"), *parse_subnet("2001:db8:1::/48"), *parse_subnet("10.1.2.3")});
  return networks.classify(parse_address(address).value());
}

}  // namespace

TEST_CASE("local is what lies on a prefix of ours", "[networks]") {
  CHECK(classify("192.0.2.77") == PeerClass::lan);
  CHECK(classify("10.1.2.3") == PeerClass::lan);
  CHECK(classify("2001:db8:1:2::3") == PeerClass::lan);
  CHECK(classify("127.0.0.9") == PeerClass::lan);
  CHECK(classify("::1") == PeerClass::lan);
}

TEST_CASE("a private address is no evidence of being local", "[networks]") {
  CHECK(classify("192.0.3.1") == PeerClass::internet);
  CHECK(classify("10.1.2.4") == PeerClass::internet);
  CHECK(classify("192.168.1.1") == PeerClass::internet);
  CHECK(classify("2001:db8:2::1") == PeerClass::internet);
  CHECK(classify("fd00::1") == PeerClass::internet);
}

TEST_CASE("link-local addresses are a class of their own", "[networks]") {
  CHECK(classify("169.254.3.4") == PeerClass::link_local);
  CHECK(classify("fe80::1") == PeerClass::link_local);
}

TEST_CASE("the ends of a subnet are its first and its last address", "[networks]") {
  auto const subnet = parse_subnet("192.0.2.77/20").value();
  CHECK(subnet.first() == parse_address("192.0.0.0"));
  CHECK(subnet.last() == parse_address("192.0.15.255"));
  CHECK(subnet.is_v4());
  auto const all = parse_subnet("::/0").value();
  CHECK(all.first() == parse_address("::"));
  CHECK(all.last() == parse_address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
  CHECK_FALSE(all.is_v4());
}

TEST_CASE("what is no subnet is refused", "[networks]") {
  for (auto const* text : {"", "a", "192.0.2.0/33", "192.0.2.0/", "192.0.2.0/x", "192.0.2/24",
                           "2001:db8::/129", "192.0.2.0/-1", "localhost"}) {
    CHECK_FALSE(parse_subnet(text));
  }
}

TEST_CASE("the loopback interface is among those of this host", "[networks]") {
  auto const networks = LocalNetworks::of_interfaces();
  CHECK(networks.classify(parse_address("127.0.0.1").value()) == PeerClass::lan);
  CHECK(networks == LocalNetworks::of_interfaces());
}

TEST_CASE("a link-local address is one whatever interface it came over", "[networks]") {
  LocalNetworks const none({});
  CHECK(none.classify(parse_address("fe80::1%eth0").value()) == PeerClass::link_local);
  CHECK(none.classify(parse_address("fe80::1%2").value()) == PeerClass::link_local);
}

TEST_CASE("a network is written as it is read", "[networks]") {
  for (auto const* text : {"192.0.2.0/24", "2001:db8::/64", "192.0.2.1/32"}) {
    CHECK(to_string(parse_subnet(text).value()) == text);
  }
}
