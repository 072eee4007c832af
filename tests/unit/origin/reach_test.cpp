#include "engine/origin/reach.h"

#include <catch2/catch.hpp>

using namespace freshet;

TEST_CASE("an address of this machine is known in every dress", "[reach]") {
  for (auto const* const text :
       {"127.0.0.1", "127.255.0.9", "0.0.0.0", "127.1", "0x7f000001", "2130706433", "::1",
        "::", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "localhost",
        "localhost.", "a.localhost"}) {
    INFO(text);
    CHECK(reach_of(text) == Reach::machine);
  }
}

TEST_CASE("link-local addresses are of the link", "[reach]") {
  for (auto const* const text :
       {"169.254.169.254", "fe80::1", "fe80::1%eth0", "febf::1", "::ffff:169.254.1.1"}) {
    INFO(text);
    CHECK(reach_of(text) == Reach::link);
  }
}

TEST_CASE("private addresses are of the site", "[reach]") {
  for (auto const* const text :
       {"10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "fc00::1",
        "fd00:ec2::254", "fec0::1", "::ffff:10.1.2.3", "2002:a00:1::"}) {
    INFO(text);
    CHECK(reach_of(text) == Reach::site);
  }
}

TEST_CASE("all else is of the Internet and so are names", "[reach]") {
  for (auto const* const text :
       {"8.8.8.8", "172.32.0.1", "100.128.0.1", "11.0.0.1", "169.253.0.1", "2001:db8::1",
        "example.org", "localhost.example.org", "notlocalhost", ""}) {
    INFO(text);
    CHECK(reach_of(text) == Reach::internet);
  }
}
