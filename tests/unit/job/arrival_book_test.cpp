#include "engine/job/arrival_book.h"

#include <catch2/catch.hpp>

#include "tests/unit/job/job_world.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

class KeptArrivals final : public Arrivals {
 public:
  void keep(std::map<SpoolId, Arrival> arrivals) override {
    for (auto& [spool, arrival] : arrivals) {
      ++written;
      kept_[spool] = std::move(arrival);
    }
  }
  [[nodiscard]] std::map<SpoolId, Arrival> const& kept() const override { return kept_; }
  // What a restart leaves.
  void restart() {
    for (auto& [spool, arrival] : kept_) arrival.counted = {};
  }

  int written = 0;

 private:
  std::map<SpoolId, Arrival> kept_;
};

constexpr SpoolId kSpool{7};

FileEntry file_from(std::string url, Bytes from_origin, Bytes from_peers = 0) {
  FileEntry file;
  auto& record = file.record;
  record.spec.urls = {std::move(url)};
  record.spool = kSpool;
  record.content = ContentId{.length = 100};
  record.transferred = true;
  record.from_origin = from_origin;
  record.from_peers = from_peers;
  return file;
}

JobEntry job_of(std::uint32_t owner, std::vector<FileEntry> files) {
  JobEntry job;
  job.record.owner = owner;
  job.files = std::move(files);
  return job;
}

struct Book {
  SimLoop loop;
  test::FakeStore store{loop};
  KeptArrivals kept;
  ByPeerClass<PeerTraffic> moved;  // Of every content, since the start.
  ArrivalBook book{{kept, store, [this](ContentId const&) { return moved; }}};
};

}  // namespace

TEST_CASE("how a content came is kept without the secrets of its URL", "[job]") {
  Book it;
  auto job = job_of(1000, {file_from("http://me:word@host/file?token=1", 60, 40)});
  job.record.spec.priority = Priority::low;
  job.files[0].record.from_cache_hosts = 20;

  it.book.keep(job, 3s);

  auto const found = it.book.find(kSpool);
  REQUIRE(found);
  CHECK(found->owner == 1000);
  CHECK(found->url == "http://host/file");
  CHECK_FALSE(found->foreground);
  CHECK(found->from_origin == 60);
  CHECK(found->from_cache_hosts == 20);
  CHECK(found->from_peers == 40);
  CHECK(found->transfer_time == 3s);
  CHECK_FALSE(it.book.find(SpoolId{8}));
}

TEST_CASE("what is not transferred or not stored has no arrival", "[job]") {
  Book it;
  auto job = job_of(1000, {file_from("http://host/file", 60), file_from("http://host/gone", 60)});
  job.files[0].record.transferred = false;
  it.store.gone.insert(job.files[1].record.spool = SpoolId{8});

  it.book.keep(job, 3s);

  CHECK(it.kept.kept().empty());
}

TEST_CASE("who finds a content stored is its last caller and does not change how it came",
          "[job]") {
  Book it;
  it.book.keep(job_of(1000, {file_from("http://host/file", 60, 40)}), 3s);

  it.book.keep(job_of(1001, {file_from("http://other/file", 0), file_from("http://b/file", 0)}),
               1s);

  auto const found = it.book.find(kSpool);
  REQUIRE(found);
  CHECK(found->owner == 1001);
  CHECK(found->url == "http://b/file");
  CHECK(found->from_origin == 60);
  CHECK(found->from_peers == 40);
  CHECK(found->transfer_time == 3s);
}

TEST_CASE("a file that finds what another of its job has fetched hides nothing", "[job]") {
  Book it;

  it.book.keep(job_of(1000, {file_from("http://host/a", 100), file_from("http://host/b", 0)}), 3s);

  CHECK(it.book.find(kSpool)->from_origin == 100);
  CHECK(it.book.find(kSpool)->transfer_time == 3s);
}

TEST_CASE("what peers move of a content is counted over restarts", "[job]") {
  Book it;
  it.moved.lan = {.received = 100, .sent = 5};
  it.book.keep(job_of(1000, {file_from("http://host/a", 0, 100)}), 3s);
  it.moved.lan.sent = 20;
  it.moved.group.sent = 7;
  CHECK(it.book.find(kSpool)->peers.lan == PeerTraffic{100, 20});

  it.book.save();
  it.kept.restart();
  it.moved = {};
  it.moved.lan.sent = 1;

  CHECK(it.book.find(kSpool)->peers.lan == PeerTraffic{100, 21});
  CHECK(it.book.find(kSpool)->peers.group == PeerTraffic{0, 7});
  // The swarm forgets contents that nobody has wanted for long, and counts them anew.
  it.book.save();
  it.moved.lan.sent = 0;
  it.moved.internet.sent = 3;
  CHECK(it.book.find(kSpool)->peers.lan == PeerTraffic{100, 21});
  CHECK(it.book.find(kSpool)->peers.internet == PeerTraffic{0, 3});
}

TEST_CASE("an arrival that did not change is not written again", "[job]") {
  Book it;
  auto const job = job_of(1000, {file_from("http://host/a", 100)});
  it.book.keep(job, 3s);

  it.book.keep(job, 3s);
  it.book.save();

  CHECK(it.kept.written == 1);
}

TEST_CASE("a job tells its arrivals when it is transferred and what came by cache hosts is kept",
          "[job]") {
  JobWorld world;
  KeptArrivals kept;
  ArrivalBook arrivals{
      {kept, world.store, [](ContentId const&) { return ByPeerClass<PeerTraffic>{}; }}};
  world.arrivals = &arrivals;
  world.restart();
  auto const id = world.start({"/tmp/a"});
  auto const wish = world.desk->wish_for("/tmp/a");
  auto& open = world.desk->open.at(wish);
  open.progress.from_origin = 100;
  open.progress.from_cache_hosts = 60;
  WishResult result;
  result.spool = kSpool;
  result.length = 100;
  result.content = ContentId{.length = 100};
  open.listener->on_transferred(wish, result);
  world.settle();

  CHECK(kept.kept().at(kSpool).from_cache_hosts == 60);
  world.restart();
  CHECK(world.book->file_uses(kUser).at(0).from_cache_hosts == 60);
  REQUIRE(world.complete(id));
  CHECK(kept.kept().at(kSpool).from_origin == 100);
  CHECK(kept.kept().at(kSpool).owner == kUser.uid);
}
