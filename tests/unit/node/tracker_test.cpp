#include <catch2/catch.hpp>

#include <random>
#include <set>

#include "api/node/tracker/tracker_reply.h"
#include "engine/content/bencode.h"

using namespace freshet;
using namespace freshet::node;
using namespace std::chrono_literals;

namespace {

TimePoint at(Duration since) {
  return TimePoint{} + since;
}

AnnouncedBy by(std::string_view from, std::string_view to = "192.0.2.100") {
  return {*parse_address(from), *parse_address(to)};
}

AnnounceRequest asks(std::uint8_t swarm, std::uint16_t port = 1, Bytes left = 1) {
  AnnounceRequest request;
  request.swarm.fill(swarm);
  request.port = port;
  request.left = left;
  return request;
}

AnnounceRequest leaves(std::uint8_t swarm, std::uint16_t port = 1) {
  auto request = asks(swarm, port);
  request.event = PeerEvent::stopped;
  return request;
}

std::vector<std::string> places(Announced const& announced) {
  std::vector<std::string> all;
  for (auto const& peer : announced.peers) {
    all.push_back(to_string(peer.place.address) + ":" + std::to_string(peer.place.port));
  }
  return all;
}
using Places = std::vector<std::string>;

std::string const kHash = "%124Vx%9A%BC%DE%F1%23Eg%89%AB%CD%EF%124Vx%9A";

}  // namespace

TEST_CASE("peers that announced themselves are told of each other", "[node][tracker]") {
  AnnounceBook book{{}};
  CHECK(places(book.announce(asks(1), by("192.0.2.1"), at(0s))).empty());
  CHECK(places(book.announce(asks(1, 2), by("192.0.2.2"), at(1s))) == Places{"192.0.2.1:1"});
  CHECK(places(book.announce(asks(2), by("192.0.2.3"), at(1s))).empty());
  auto const again = book.announce(asks(1), by("192.0.2.1"), at(2s));
  CHECK(places(again) == Places{"192.0.2.2:2"});
  CHECK(again.counts == SwarmCounts{0, 2, 0});
}

TEST_CASE("seeds are not told of other seeds", "[node][tracker]") {
  AnnounceBook book{{}};
  static_cast<void>(book.announce(asks(1, 1, 0), by("192.0.2.1"), at(0s)));
  static_cast<void>(book.announce(asks(1, 2), by("192.0.2.2"), at(0s)));
  auto const seed = book.announce(asks(1, 3, 0), by("192.0.2.3"), at(0s));
  CHECK(places(seed) == Places{"192.0.2.2:2"});
  CHECK(seed.counts == SwarmCounts{2, 1, 0});
}

TEST_CASE("who stops is not told of and may come back", "[node][tracker]") {
  AnnounceBook book{{}};
  static_cast<void>(book.announce(asks(1), by("192.0.2.1"), at(0s)));
  CHECK(book.announce(leaves(1), by("192.0.2.1"), at(1s)).counts == SwarmCounts{});
  CHECK(places(book.announce(asks(1), by("192.0.2.2"), at(1s))).empty());
  static_cast<void>(book.announce(asks(1), by("192.0.2.1"), at(2s)));
  CHECK(places(book.announce(asks(1), by("192.0.2.2"), at(3s))) == Places{"192.0.2.1:1"});
}

TEST_CASE("nobody can make another leave", "[node][tracker]") {
  AnnounceBook book{{}};
  static_cast<void>(book.announce(asks(1), by("192.0.2.1"), at(0s)));
  static_cast<void>(book.announce(leaves(1), by("192.0.2.2"), at(0s)));
  static_cast<void>(book.announce(leaves(1, 2), by("192.0.2.1"), at(0s)));
  CHECK(book.counts(asks(1).swarm, at(0s)).incomplete == 1);
}

TEST_CASE("entries end when their peer is silent for too long", "[node][tracker]") {
  AnnounceBook book{{.lifetime = 300s}};
  static_cast<void>(book.announce(asks(1), by("192.0.2.1"), at(0s)));
  static_cast<void>(book.announce(asks(1), by("192.0.2.2"), at(100s)));
  static_cast<void>(book.announce(asks(1), by("192.0.2.1"), at(200s)));
  CHECK(book.counts(asks(1).swarm, at(399s)).incomplete == 2);
  CHECK(book.counts(asks(1).swarm, at(400s)).incomplete == 1);
  CHECK(book.counts(asks(1).swarm, at(500s)) == SwarmCounts{});
  CHECK(book.peers() == 0);
  CHECK(book.swarms() == 0);
}

TEST_CASE("peers on the node's own host are told of under the node's address", "[node][tracker]") {
  AnnounceBook book{{}};
  static_cast<void>(book.announce(asks(1), by("127.0.0.1", "127.0.0.1"), at(0s)));
  CHECK(places(book.announce(asks(1, 2), by("192.0.2.1"), at(0s))) == Places{"192.0.2.100:1"});
  CHECK(places(book.announce(asks(1, 4), by("192.0.2.3", "::"), at(0s))) == Places{"192.0.2.1:2"});
  auto const beside = book.announce(asks(1, 3), by("::1", "::1"), at(0s));
  CHECK(places(beside).size() == 3);
}

TEST_CASE("everybody is given in turn", "[node][tracker]") {
  AnnounceBook book{{.given_max = 10}};
  for (std::uint16_t port = 1; port <= 40; ++port) {
    static_cast<void>(book.announce(asks(1, port), by("192.0.2.1"), at(0s)));
  }
  std::set<std::string> seen;
  for (int i = 0; i < 4; ++i) {
    for (auto& place : places(book.announce(asks(1, 99), by("192.0.2.9"), at(1s)))) {
      seen.insert(std::move(place));
    }
  }
  CHECK(seen.size() >= 39);
}

TEST_CASE("a full book answers but lists nobody more", "[node][tracker]") {
  AnnounceBook book{
      {.swarms_max = 2, .peers_max = 6, .peers_per_swarm_max = 3, .peers_per_address_max = 2}};
  CHECK_FALSE(book.announce(asks(1, 1), by("192.0.2.1"), at(0s)).full);
  CHECK_FALSE(book.announce(asks(1, 2), by("192.0.2.1"), at(0s)).full);
  auto const third = book.announce(asks(1, 3), by("192.0.2.1"), at(0s));
  CHECK(third.full);
  CHECK(third.peers.size() == 2);
  CHECK_FALSE(book.announce(asks(1, 1), by("192.0.2.1"), at(0s)).full);
  CHECK_FALSE(book.announce(asks(1, 1), by("192.0.2.2"), at(0s)).full);
  CHECK(book.announce(asks(1, 1), by("192.0.2.3"), at(0s)).full);
  CHECK_FALSE(book.announce(asks(2, 1), by("192.0.2.3"), at(0s)).full);
  CHECK(book.announce(asks(3, 1), by("192.0.2.3"), at(0s)).full);
  CHECK(book.swarms() == 2);
}

TEST_CASE("coming and going does not fill the book", "[node][tracker]") {
  AnnounceBook book{{.peers_max = 100, .peers_per_address_max = 5}};
  for (std::uint16_t port = 1; port < 1000; ++port) {
    static_cast<void>(book.announce(asks(1, port), by("192.0.2.1"), at(0s)));
    static_cast<void>(book.announce(leaves(1, port), by("192.0.2.1"), at(0s)));
  }
  CHECK(book.peers() == 5);
  CHECK_FALSE(book.announce(asks(1), by("192.0.2.2"), at(0s)).full);
}

TEST_CASE("the book counts as a slow obvious list does", "[node][tracker]") {
  struct Known {
    TimePoint expires;
    bool complete;
  };
  std::mt19937 random(7);
  AnnounceBook book{{}};
  std::map<std::pair<std::string, unsigned>, Known> model;
  Duration now{};
  for (int step = 0; step < 5000; ++step) {
    now += std::chrono::seconds{random() % 20};
    auto const from = "192.0.2." + std::to_string(random() % 8);
    auto const port = static_cast<std::uint16_t>(random() % 3 + 1);
    auto request = asks(1, port, random() % 2);
    if (random() % 4 == 0) request.event = PeerEvent::stopped;
    static_cast<void>(book.announce(request, by(from), at(now)));
    std::pair<std::string, unsigned> const key{from, port};
    if (request.event == PeerEvent::stopped) {
      model.erase(key);
    } else {
      model[key] = {at(now) + book.limits().lifetime, request.left == 0};
    }
    std::erase_if(model, [&](auto const& entry) { return entry.second.expires <= at(now); });
    auto const complete = static_cast<std::size_t>(
        std::ranges::count_if(model, [](auto const& entry) { return entry.second.complete; }));
    REQUIRE(book.counts(request.swarm, at(now)) ==
            SwarmCounts{complete, model.size() - complete, 0});
  }
}

TEST_CASE("announces are read from their query", "[node][tracker]") {
  auto const request = parse_announce("info_hash=" + kHash +
                                      "&peer_id=-lt2080-abcdefghijkl&port=7680&uploaded=0&left=5"
                                      "&event=completed&numwant=7&compact=1&ip=10.0.0.1&key=x");
  REQUIRE(request);
  CHECK(request->swarm[0] == 0x12);
  CHECK(request->swarm[1] == '4');
  CHECK(request->port == 7680);
  CHECK(request->left == 5);
  CHECK(request->event == PeerEvent::completed);
  CHECK(request->wanted == 7);
  CHECK(request->compact);
  CHECK(parse_announce("info_hash=" + kHash + "&port=1&numwant=-1")->wanted == 50);
  for (auto const& query :
       {std::string(), "info_hash=" + kHash, std::string("port=1"),
        std::string("info_hash=abc&port=1"), "info_hash=" + kHash + "&port=0",
        "info_hash=" + kHash + "&port=65536", "info_hash=" + kHash + "&port=1&left=-1",
        std::string("info_hash=%1&port=1"), "info_hash=" + kHash + "&port=1&peer_id=short",
        std::string(9000, 'a')}) {
    INFO(query);
    CHECK_FALSE(parse_announce(query));
  }
}

TEST_CASE("answers have peers of both families", "[node][tracker]") {
  AnnounceBook book{{}};
  auto const query = "info_hash=" + kHash + "&port=258&left=0";
  static_cast<void>(answer_tracker("/announce", query, by("192.0.2.1"), at(0s), book));
  static_cast<void>(answer_tracker("/announce", query, by("2001:db8::1"), at(0s), book));
  auto const text = answer_tracker("/announce", "info_hash=" + kHash + "&port=1&left=1",
                                   by("192.0.2.2"), at(0s), book);
  REQUIRE(text);
  auto const reply = parse_bencode(*text);
  REQUIRE(reply);
  CHECK(reply->find("interval")->integer() == 120);
  CHECK(reply->find("complete")->integer() == 2);
  CHECK(reply->find("peers")->string() == std::string_view("\xc0\0\x02\x01\x01\x02", 6));
  CHECK(reply->find("peers6")->string()->size() == 18);
  auto const listed = answer_tracker("/announce", "info_hash=" + kHash + "&port=1&compact=0",
                                     by("192.0.2.2"), at(0s), book);
  auto const long_reply = parse_bencode(*listed);
  REQUIRE(long_reply);
  REQUIRE(long_reply->find("peers")->list());
  CHECK(long_reply->find("peers")->list()->size() == 2);
}

TEST_CASE("scrapes count and malformed queries are told why", "[node][tracker]") {
  AnnounceBook book{{}};
  static_cast<void>(answer_tracker("/announce", "info_hash=" + kHash + "&port=1&left=0",
                                   by("192.0.2.1"), at(0s), book));
  auto const text = answer_tracker("/scrape", "info_hash=" + kHash, by("192.0.2.2"), at(0s), book);
  auto const reply = parse_bencode(*text);
  REQUIRE(reply);
  REQUIRE(reply->find("files")->dict()->size() == 1);
  CHECK(reply->find("files")->dict()->front().second.find("complete")->integer() == 1);
  CHECK(*answer_tracker("/scrape", "", by("192.0.2.2"), at(0s), book) ==
        "d14:failure reason20:info_hash is missinge");
  CHECK(answer_tracker("/announce", "x", by("192.0.2.2"), at(0s), book)->starts_with("d14:fail"));
  CHECK_FALSE(answer_tracker("/other", "", by("192.0.2.2"), at(0s), book));
}
