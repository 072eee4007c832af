#include "peer/meetings.h"

#include <catch2/catch.hpp>
#include <map>

#include "peer/group_proof.h"

using namespace freshet;
using namespace freshet::peer;

namespace {

using Kind = DigestWord::Kind;

constexpr SpoolId kSpool{1};
constexpr ContentId kContent{5'000'000, {}};

Digest digest(unsigned char byte) {
  Digest result;
  result.bytes.fill(std::byte{byte});
  return result;
}

std::string name_of(Digest const& sha256) {
  auto const hash = meeting_hash("secret", sha256);
  return {reinterpret_cast<char const*>(hash.bytes.data()), 20};
}

// Meetings, and which of them are open.
struct Open {
  explicit Open(bool always = false)
      : meetings({"secret", {"http://t/announce"}, {"192.0.2.9:1"}, always},
                 {[this](auto const& torrent) { all[torrent->spool()] = torrent; },
                  [this](SpoolId id) { all.erase(id); }}) {}
  [[nodiscard]] Torrent const& only() const {
    REQUIRE(all.size() == 1);
    return *all.begin()->second;
  }

  std::map<SpoolId, std::shared_ptr<Torrent>> all;
  Meetings meetings;
};

}  // namespace

TEST_CASE("a meeting is open while we ask and named after the digest and the secret",
          "[meetings]") {
  Open open;
  open.meetings.meet(digest(1), {});

  CHECK(open.only().meeting() == digest(1));
  CHECK(open.only().spec().info_hash == meeting_hash("secret", digest(1)));
  CHECK(open.only().spec().info_hash != meeting_hash("", digest(1)));
  CHECK(open.only().spec().swarm.peers == std::vector<std::string>{"192.0.2.9:1"});
  CHECK(open.only().seeks());
  CHECK_FALSE(open.only().complete());

  open.meetings.part(digest(1));

  CHECK(open.all.empty());
}

TEST_CASE("who shares a content opens its meeting when somebody asks and names it", "[meetings]") {
  Open open;
  open.meetings.share(kSpool, digest(1), kContent);
  CHECK(open.all.empty());
  CHECK_FALSE(open.meetings.opens(name_of(digest(2))));
  REQUIRE(open.meetings.opens(name_of(digest(1))));

  open.meetings.on_asked(name_of(digest(1)), "192.0.2.1:7680");

  CHECK(open.only().word().kind == Kind::knows);
  CHECK(open.only().word().content == kContent);
  CHECK(open.only().spec().swarm.peers.back() == "192.0.2.1:7680");
  CHECK_FALSE(open.only().seeks());
  CHECK_FALSE(open.meetings.opens(name_of(digest(1))));

  open.meetings.on_idle(Torrent(open.only().spec(), PieceMap()));

  CHECK(open.all.empty());
  CHECK(open.meetings.opens(name_of(digest(1))));
  open.meetings.unshare(kSpool);
  CHECK_FALSE(open.meetings.opens(name_of(digest(1))));
}

TEST_CASE("where trackers name us a meeting is open as long as its content is shared",
          "[meetings]") {
  Open open(true);
  open.meetings.share(kSpool, digest(1), kContent);
  CHECK(open.only().spec().swarm.trackers.size() == 1);

  open.meetings.on_idle(Torrent(open.only().spec(), PieceMap()));

  CHECK(open.all.size() == 1);
  open.meetings.unshare(kSpool);
  CHECK(open.all.empty());
}

TEST_CASE("who asked and then has it names it in the same meeting", "[meetings]") {
  Open open;
  open.meetings.meet(digest(1), {});
  auto const* const before = &open.only();
  open.meetings.share(kSpool, digest(1), kContent);
  open.meetings.part(digest(1));

  CHECK(&open.only() == before);
  CHECK(open.only().word().kind == Kind::knows);
}

TEST_CASE("of two spools with the same digest the later one answers", "[meetings]") {
  Open open(true);
  open.meetings.share(kSpool, digest(1), kContent);
  open.meetings.share(SpoolId{2}, digest(1), {6'000'000, {}});
  open.meetings.unshare(kSpool);

  CHECK(open.only().word().content.length == 6'000'000);
  open.meetings.unshare(SpoolId{2});
  CHECK(open.all.empty());
}
