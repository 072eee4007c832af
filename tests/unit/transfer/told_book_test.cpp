#include "engine/transfer/told_book.h"

#include <catch2/catch.hpp>

using namespace freshet;
using namespace std::chrono_literals;

namespace {

using Kind = DigestWord::Kind;

constexpr TimePoint kNow{100s};

PeerInfo peer(std::uint64_t number, std::string const& address) {
  PeerInfo info;
  info.id = SourceId{kFirstPeerSource + number};
  info.address = address;
  info.key = number;
  return info;
}

PeerInfo peer(std::uint64_t number) {
  return peer(number, "192.0.2." + std::to_string(number) + ":7680");
}

DigestWord names(Bytes length) {
  DigestWord word;
  word.kind = Kind::knows;
  word.content.length = length;
  return word;
}

DigestWord fetches(Bytes done) {
  DigestWord word;
  word.kind = Kind::fetches;
  word.done = done;
  word.length = 1000;
  return word;
}

}  // namespace

TEST_CASE("what most hosts name is believed however many connections one of them has", "[told]") {
  ToldBook told;
  CHECK_FALSE(told.best());
  CHECK(told.hear(peer(1, "192.0.2.1:1"), names(5), kNow));
  CHECK(told.hear(peer(2, "192.0.2.1:2"), names(5), kNow));
  CHECK(told.hear(peer(3), names(6), kNow));
  CHECK(told.best() == names(5).content);

  CHECK(told.hear(peer(4), names(6), kNow));

  CHECK(told.best() == names(6).content);
  CHECK(told.addresses(names(6).content).size() == 2);
}

TEST_CASE("what was refuted is believed no more and who named it answers for it", "[told]") {
  ToldBook told;
  static_cast<void>(told.hear(peer(1), names(5), kNow));
  static_cast<void>(told.hear(peer(2), names(6), kNow));
  told.refute(names(5).content);
  CHECK(told.best() == names(6).content);

  // Taking it back or leaving does not help.
  CHECK_FALSE(told.hear(peer(1), fetches(1), kNow));
  told.forget(peer(1).id);

  CHECK(told.liars(names(6).content) == std::vector{peer(1).id});
  CHECK(told.namers(names(5).content) == std::vector{peer(1).id});
  CHECK(told.addresses(names(5).content).empty());
}

TEST_CASE("of those who fetch the one with most is ahead and of equals the lowest key", "[told]") {
  ToldBook told;
  static_cast<void>(told.hear(peer(5), fetches(0), kNow));
  CHECK_FALSE(told.ahead_of({4, 0}, kNow));
  CHECK_FALSE(told.ahead_of({9, 1}, kNow));
  REQUIRE(told.ahead_of({9, 0}, kNow));

  static_cast<void>(told.hear(peer(7), fetches(2), kNow));

  CHECK(told.ahead_of({4, 0}, kNow)->peer == peer(7).id);
}

TEST_CASE("who makes no progress is not waited for", "[told]") {
  ToldBook told;
  static_cast<void>(told.hear(peer(1), fetches(5), kNow));
  static_cast<void>(told.hear(peer(1), fetches(5), kNow + 2s));
  CHECK(told.ahead_of({2, 0}, kNow + 2s));
  CHECK_FALSE(told.ahead_of({2, 0}, kNow + 4s));

  static_cast<void>(told.hear(peer(1), fetches(6), kNow + 5s));

  CHECK(told.ahead_of({2, 0}, kNow + 5s));
  told.forget(peer(1).id);
  CHECK_FALSE(told.ahead_of({2, 0}, kNow + 5s));
}

TEST_CASE("a crowd of strangers fills no memory", "[told]") {
  ToldBook told(2);
  static_cast<void>(told.hear(peer(1), names(5), kNow));
  static_cast<void>(told.hear(peer(2), names(5), kNow));

  CHECK_FALSE(told.hear(peer(3), names(6), kNow));

  CHECK(told.liars(names(5).content).empty());
}
