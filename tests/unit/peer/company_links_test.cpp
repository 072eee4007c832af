// What peers tell each other of many contents, whatever they are met at.
#include "peer/company_links.h"

#include <catch2/catch.hpp>

using namespace freshet;
using namespace freshet::peer;
using namespace std::chrono_literals;

namespace {

using Kind = CompanyWord::Kind;

class Link final : public PeerLink {
 public:
  explicit Link(std::uint64_t key) : key_(key) {}
  void tell_claims(std::string const&) override {}
  void tell_word(DigestWord const&) override {}
  void tell_company(std::string const& message) override {
    told.push_back(*decode_company(message));
  }
  void release_requests() override {}
  void heed_allowance() override {}
  void nudge() override {}
  void on_judged(PieceIndex, bool) override {}
  void end(Error) override {}
  [[nodiscard]] std::uint64_t key() const override { return key_; }
  [[nodiscard]] PeerInfo info() const {
    PeerInfo info;
    info.key = key_;
    return info;
  }

  std::vector<CompanyNote> told;

 private:
  std::uint64_t key_;
};

struct Scene {
  std::vector<CompanyNews> heard;
  CompanyLinks links{[this](CompanyNews news) { heard.push_back(std::move(news)); }};
  void say(std::vector<CompanyWord> const& news) {
    static_cast<void>(links.say(news));
    links.flush();
  }
};

}  // namespace

TEST_CASE("a peer is told everything once and then the news over one of its connections",
          "[company]") {
  Scene scene;
  scene.say({{1, Kind::wants}, {2, Kind::fetches}});
  Link first(7);
  Link second(7);
  scene.links.add(first.info(), first);
  scene.links.add(first.info(), first);
  scene.links.add(second.info(), second);
  scene.say({{1, Kind::has}, {2, Kind::fetches}, {3, Kind::leaves}});

  CHECK(first.told == std::vector<CompanyNote>{{true, {{1, Kind::wants}, {2, Kind::fetches}}},
                                               {false, {{1, Kind::has}}}});
  CHECK(second.told.empty());
  CHECK(scene.links.tells_over(first));
  CHECK_FALSE(scene.links.tells_over(second));

  scene.links.remove(first);
  CHECK(second.told == std::vector<CompanyNote>{{true, {{1, Kind::has}, {2, Kind::fetches}}}});
  CHECK(scene.heard.empty());
  scene.links.remove(second);
  scene.links.remove(second);
  REQUIRE(scene.heard.size() == 1);
  CHECK(scene.heard[0].gone);
}

TEST_CASE("who has nothing to say says so and then speaks as others do", "[company]") {
  Scene scene;
  Link link(7);
  scene.links.add(link.info(), link);
  CHECK(link.told == std::vector<CompanyNote>{{true, {}}});
}

TEST_CASE("what is said is heard over any connection but not without end", "[company]") {
  Scene scene;
  Link link(7);
  Link stranger(8);
  auto const message = encode_company({{1, Kind::has}}, true).front();
  TimePoint const now{100s};
  scene.links.add(link.info(), link);
  CHECK(scene.links.hear(link, message, now));
  CHECK(scene.links.hear(stranger, message, now));
  REQUIRE(scene.heard.size() == 1);
  CHECK(scene.heard[0].peer.key == 7);
  CHECK(scene.heard[0].words == std::vector<CompanyWord>{{1, Kind::has}});

  CHECK_FALSE(scene.links.hear(link, message.substr(1), now));
  auto left = CompanyLinks::kMessagesPerSecondMax;
  while (scene.links.hear(link, message, now) && left > 0) --left;
  CHECK(left > 0);
  CHECK(scene.links.hear(link, message, now + 1s));
}

TEST_CASE("what leaves the swarm is had no more", "[company]") {
  Scene scene;
  Link link(7);
  scene.say({{1, Kind::has}, {2, Kind::has}, {3, Kind::wants}});
  scene.links.add(link.info(), link);
  CHECK(scene.links.left(1));
  CHECK_FALSE(scene.links.left(3));
  scene.links.flush();
  REQUIRE(link.told.size() == 2);
  CHECK(link.told[1].words == std::vector<CompanyWord>{{1, Kind::leaves}});
}

TEST_CASE("of what we say the oldest is forgotten", "[company]") {
  Scene scene;
  std::vector<CompanyWord> many;
  for (std::uint64_t name = 0; name < CompanyLinks::kNamesMax + 5; ++name) {
    many.push_back({name, Kind::has});
  }
  scene.say(many);
  Link link(7);
  scene.links.add(link.info(), link);
  std::size_t told = 0;
  for (auto const& note : link.told) told += note.words.size();
  CHECK(told == CompanyLinks::kNamesMax);
  CHECK(link.told[0].words[0].name == 5);
}
