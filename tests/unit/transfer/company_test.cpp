// Those who fetch many of the same contents: who fetches which, and what it costs to believe them.
#include "engine/transfer/company.h"

#include <catch2/catch.hpp>

#include "engine/transfer/rendezvous.h"

using namespace freshet;
using namespace std::chrono_literals;

namespace {

using Kind = CompanyWord::Kind;
using Turn = Company::Verdict::Turn;

constexpr TimePoint kNow{100s};
constexpr std::uint64_t kUs = 7;

PeerInfo peer(std::uint64_t key) {
  PeerInfo info;
  info.key = key;
  info.address = "host" + std::to_string(key);
  return info;
}

std::vector<CompanyWord> words(Kind kind, std::uint64_t from, std::uint64_t to) {
  std::vector<CompanyWord> all;
  for (auto name = from; name < to; ++name) all.push_back({name, kind});
  return all;
}

// A name that is another's to fetch, and one that is ours.
std::uint64_t name_of_theirs(std::uint64_t key) {
  std::uint64_t name = 0;
  while (!outranks(key, kUs, name)) ++name;
  return name;
}
std::uint64_t name_of_ours(std::uint64_t key) {
  std::uint64_t name = 0;
  while (outranks(key, kUs, name)) ++name;
  return name;
}

Turn turn(Company& company, std::uint64_t name, TimePoint now = kNow) {
  return company.judge(name, now).turn;
}

}  // namespace

TEST_CASE("of those who want a content one fetches it and the others leave it", "[company]") {
  constexpr std::uint64_t kNames = 100;
  std::vector<std::uint64_t> const keys{1, 2, 3};
  std::vector<Company> all;
  for (auto const own : keys) {
    all.emplace_back(own);
    for (auto const key : keys) {
      if (key != own) all.back().hear(peer(key), true, words(Kind::wants, 0, kNames), kNow);
    }
  }
  for (std::uint64_t name = 0; name < kNames; ++name) {
    int fetch = 0;
    int spare = 0;
    for (auto& company : all) {
      fetch += turn(company, name) == Turn::fetch ? 1 : 0;
      spare += turn(company, name) == Turn::spare ? 1 : 0;
    }
    CHECK(fetch == 1);
    CHECK(spare == 2);
  }
}

TEST_CASE("what somebody fetches is left to it and what somebody has is taken", "[company]") {
  Company company(kUs);
  CHECK(turn(company, 5) == Turn::fetch);
  CHECK_FALSE(company.busy(kNow));
  auto const name = name_of_ours(1);
  company.hear(peer(1), true, {{name, Kind::wants}}, kNow);
  CHECK(company.busy(kNow));
  CHECK(turn(company, name) == Turn::fetch);
  company.hear(peer(1), false, {{name, Kind::fetches}}, kNow);
  CHECK(turn(company, name) == Turn::leave);
  company.hear(peer(1), false, {{name, Kind::has}}, kNow);
  CHECK_FALSE(company.busy(kNow));
  auto const verdict = company.judge(name, kNow);
  CHECK(verdict.turn == Turn::take);
  CHECK(verdict.holders == std::vector<Company::Holder>{{1, "host1"}});

  company.hear(peer(1), false, {{name, Kind::leaves}}, kNow);
  CHECK(turn(company, name) == Turn::fetch);
}

TEST_CASE("who goes or says anew that it does something else is counted on no more", "[company]") {
  Company company(kUs);
  auto const name = name_of_theirs(1);
  company.hear(peer(1), true, {{name, Kind::wants}}, kNow);
  CHECK(turn(company, name) == Turn::spare);
  company.hear(peer(1), true, {{name + 1, Kind::wants}}, kNow);
  CHECK(turn(company, name) == Turn::fetch);
  company.hear(peer(1), false, {{name, Kind::fetches}}, kNow);
  company.forget(1);
  CHECK(turn(company, name) == Turn::fetch);
  CHECK_FALSE(company.next_look(kNow));
}

TEST_CASE("who brings nothing within a lease is left nothing for a while and then less often",
          "[company]") {
  Company company(kUs, {.lease_min = 3s, .distrust_min = 10s});
  auto const name = name_of_theirs(1);
  company.hear(peer(1), true, words(Kind::fetches, 0, 1000), kNow);
  CHECK(turn(company, name) == Turn::leave);
  CHECK(company.next_look(kNow) == kNow + 3s);
  // Repeating itself holds nothing.
  company.hear(peer(1), true, words(Kind::fetches, 0, 1000), kNow + 2s);
  CHECK(turn(company, name, kNow + 2999ms) == Turn::leave);
  CHECK(turn(company, name, kNow + 3s) == Turn::fetch);
  CHECK(turn(company, name + 1, kNow + 3s) == Turn::fetch);
  CHECK_FALSE(company.busy(kNow + 12s));

  CHECK(turn(company, name, kNow + 13s) == Turn::leave);
  CHECK(turn(company, name, kNow + 16s) == Turn::fetch);
  CHECK(turn(company, name, kNow + 35s) == Turn::fetch);
  CHECK(turn(company, name, kNow + 36s) == Turn::leave);
}

TEST_CASE("going and coming again makes nobody trusted", "[company]") {
  Company company(kUs, {.lease_min = 3s});
  auto const name = name_of_theirs(1);
  company.hear(peer(1), true, {{name, Kind::fetches}}, kNow);
  static_cast<void>(company.judge(name, kNow));
  CHECK(turn(company, name, kNow + 3s) == Turn::fetch);
  company.forget(1);
  company.hear(peer(1), true, {{name, Kind::fetches}}, kNow + 4s);
  CHECK(turn(company, name, kNow + 4s) == Turn::fetch);
}

TEST_CASE("who brings what it was left goes on being left more unless it is far slower than we",
          "[company]") {
  for (bool const quick : {true, false}) {
    Company company(kUs, {.lease_min = 3s, .pace_min = 4});
    company.hear(peer(1), true, words(Kind::fetches, 0, 1000), kNow);
    static_cast<void>(company.judge(0, kNow));
    company.hear(peer(1), false, words(Kind::has, 1, 3), kNow + 1s);
    for (int times = 0; times < (quick ? 8 : 9); ++times) company.on_fetched(100ms);
    CHECK(turn(company, 0, kNow + 3s) == (quick ? Turn::leave : Turn::fetch));
  }
}

TEST_CASE("a lease is as long as four fetches of ours and as one that is under way twice",
          "[company]") {
  Company company(kUs, {.lease_min = 3s, .lease_max = 30s, .lease_fetches = 4});
  auto const name = name_of_theirs(1);
  company.hear(peer(1), true, {{name, Kind::wants}}, kNow);
  company.on_fetching(5s);
  CHECK(turn(company, name) == Turn::spare);
  CHECK(company.next_look(kNow) == kNow + 10s);
  company.on_fetching(0s);
  company.on_fetched(5s);
  CHECK(company.next_look(kNow) == kNow + 20s);
  company.on_fetched(50s);
  CHECK(company.next_look(kNow) == kNow + 30s);
}

TEST_CASE("who does not give what it says it has is not asked for more until it has given some",
          "[company]") {
  Company company(kUs, {.distrust_min = 10s});
  company.hear(peer(1), true, words(Kind::has, 0, 10), kNow);
  auto const holders = company.judge(0, kNow).holders;
  company.broke(holders, kNow);
  company.broke(holders, kNow);  // Of several that began together: one lie.
  CHECK(turn(company, 1, kNow + 9s) == Turn::fetch);
  CHECK(turn(company, 1, kNow + 10s) == Turn::take);
  company.kept(holders);
  company.broke(holders, kNow + 20s);
  CHECK(turn(company, 1, kNow + 30s) == Turn::take);
}

TEST_CASE("many who lie one after another are one", "[company]") {
  Company company(kUs, {.lease_min = 3s, .distrust_min = 10s, .broken_max = 3});
  auto now = kNow;
  for (std::uint64_t key = 1; key <= 3; ++key) {
    company.hear(peer(key), true, {{0, Kind::fetches}}, now);
    CHECK(turn(company, 0, now) == Turn::leave);
    now += 3s;
    CHECK(turn(company, 0, now) == Turn::fetch);
  }
  company.hear(peer(4), true, {{0, Kind::fetches}}, now);
  CHECK(turn(company, 0, now + 9s) == Turn::fetch);
  CHECK(turn(company, 0, now + 10s) == Turn::leave);
}

TEST_CASE("of too many peers and of too many words of one the rest is not heard", "[company]") {
  Company company(kUs, {.peers_max = 2, .names_max = 3});
  company.hear(peer(1), true, words(Kind::has, 0, 9), kNow);
  CHECK(turn(company, 2) == Turn::take);
  CHECK(turn(company, 3) == Turn::fetch);
  company.hear(peer(2), true, {}, kNow);
  company.hear(peer(3), true, words(Kind::has, 4, 5), kNow);
  CHECK(turn(company, 4) == Turn::take);
  company.hear(peer(5), true, words(Kind::has, 5, 6), kNow);
  CHECK(turn(company, 5) == Turn::fetch);
}

TEST_CASE("a burst searches for a moment after its first content and each peer that is new",
          "[company]") {
  Company company(kUs, {.search_time = 150ms, .search_max = 1s});
  company.begin_burst(kNow);
  CHECK(company.searches_until(kNow) == kNow + 1s);
  company.begin_search(kNow + 300ms);
  company.begin_search(kNow + 400ms);
  CHECK(company.searches_until(kNow + 400ms) == kNow + 450ms);
  company.hear(peer(1), true, {{1, Kind::wants}}, kNow + 400ms);
  CHECK(company.searches_until(kNow + 400ms) == kNow + 550ms);
  company.hear(peer(1), false, {{2, Kind::wants}}, kNow + 500ms);
  CHECK_FALSE(company.searches_until(kNow + 550ms));
  company.hear(peer(2), true, {{1, Kind::wants}}, kNow + 900ms);
  CHECK(company.searches_until(kNow + 900ms) == kNow + 1s);

  company.begin_burst(kNow + 2s);
  CHECK_FALSE(company.searches_until(kNow + 2s));
}
