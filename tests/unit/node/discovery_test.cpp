#include <catch2/catch.hpp>

#include <random>

#include "api/node/discovery/service.h"

namespace freshet::node {

namespace {

NodeService const kNode{"freshet on host", "freshet-0a1b", 8080, "C0FFEE"};
IpAddress const kHere = *parse_address("192.0.2.1");

DnsMessage asking(DnsName name, DnsType type) {
  DnsMessage message;
  message.id = 77;
  message.questions.push_back({std::move(name), type, false});
  return message;
}

// As a datagram would carry it.
DnsMessage sent(DnsMessage const& message) {
  auto const back = parse_dns(write_dns(message));
  REQUIRE(back);
  return *back;
}

}  // namespace

TEST_CASE("who asks for nodes hears where one is", "[discovery]") {
  auto const said = answer(sent(node_question(77)), 40'000, kNode, kHere);
  REQUIRE(said);

  auto const nodes = nodes_in(sent(*said));

  CHECK(nodes == std::vector<FoundNode>{{"freshet on host", kHere, 8080, "C0FFEE"}});
  CHECK(said->id == 77);
  CHECK(said->questions == node_question(77).questions);
  for (auto const& record : said->records) {
    CHECK(record.ttl == 10);
    CHECK_FALSE(record.unique);
  }
}

TEST_CASE("answers among responders keep to their form", "[discovery]") {
  auto const said = answer(node_question(77), 5353, kNode, kHere);
  REQUIRE(said);
  CHECK(said->id == 0);
  CHECK(said->questions.empty());
  CHECK(said->records.front().ttl == 120);
  CHECK(said->records.back().unique);
}

TEST_CASE("each record of a node can be asked for alone in any case", "[discovery]") {
  struct Case {
    DnsName name;
    DnsType type;
    std::size_t records;
  };
  std::vector<Case> const cases{
      {{"_SERVICES", "_dns-sd", "_udp", "LOCAL"}, DnsType::ptr, 1},
      {{"freshet on host", "_freshet-node", "_tcp", "local"}, DnsType::srv, 1},
      {{"freshet on host", "_freshet-node", "_tcp", "local"}, DnsType::any, 2},
      {{"FRESHET-0A1B", "local"}, DnsType::a, 1},
      {{"FRESHET-0A1B", "local"}, DnsType::txt, 0},
      {{"_http", "_tcp", "local"}, DnsType::ptr, 0},
      {{}, DnsType::any, 0}};
  for (auto const& each : cases) {
    auto const said = answer(asking(each.name, each.type), 5353, kNode, kHere);
    CHECK((said ? said->records.size() : 0) == each.records);
  }
  auto response = node_question(1);
  response.response = true;
  CHECK_FALSE(answer(response, 5353, kNode, kHere));
}

TEST_CASE("a node that goes says so and is found no more", "[discovery]") {
  CHECK(nodes_in(sent(announcement(kNode, kHere, 120))).size() == 1);
  CHECK(nodes_in(sent(announcement(kNode, kHere, 0))).empty());
}

TEST_CASE("names that point back are followed and those that go in circles refused",
          "[discovery]") {
  // A question for "a.local", and one for "b" with a pointer to "local" in it.
  std::string const head("\0\1\0\0\0\2\0\0\0\0\0\0", 12);
  std::string const first("\1a\5local\0\0\1\0\1", 13);
  auto const good = parse_dns(head + first + std::string("\1b\xC0\x0E\0\1\0\1", 8));
  REQUIRE(good);
  CHECK(good->questions[1].name == DnsName{"b", "local"});
  for (auto const* const pointer : {"\xC0\x19", "\xC0\x1B", "\xFF\xFF"}) {
    auto const name = std::string("\1b") + std::string(pointer, 2);
    CHECK_FALSE(parse_dns(head + first + name + std::string("\0\1\0\1", 4)));
  }
}

TEST_CASE("a message of DNS that is cut anywhere is refused", "[discovery]") {
  auto const whole = write_dns(announcement(kNode, kHere, 120));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK_FALSE(parse_dns(whole.substr(0, size)));
  }
  auto wrong_length = whole;
  wrong_length[12 + 26 + 9] = '\1';  // Of the first record's data, behind its name.
  CHECK_FALSE(parse_dns(wrong_length));
}

TEST_CASE("random bytes in a message of DNS are read or refused", "[discovery]") {
  auto const whole = write_dns(announcement(kNode, kHere, 120));
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    auto bytes = whole;
    for (int change = 0; change < 3; ++change) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    if (auto const read = parse_dns(bytes)) static_cast<void>(nodes_in(*read));
  }
}

}  // namespace freshet::node
