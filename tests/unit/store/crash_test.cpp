// The real store, crashed at any step by seed: what is present is right, what was durable stays.
#include <cstdlib>

#include <catch2/catch.hpp>

#include "engine/base/hash.h"
#include "tests/support/sim_store.h"

using namespace freshet;
using namespace freshet::test;

namespace {

std::uint64_t seeds() {
  char const* const asked = std::getenv("FRESHET_STORE_SEEDS");
  return asked != nullptr ? std::strtoull(asked, nullptr, 10) : 60;
}

// One file of one job, and what was promised about it.
struct Wanted {
  FileRecord file;
  std::vector<std::byte> bytes;
  Identity identity;
  bool saved = false;             // The ledger said that it is durable.
  std::set<PieceIndex> durable;   // A flush that began after their events has ended.
  std::set<PieceIndex> received;  // Their events came; a kill must not lose them.
  bool sealed = false;
  bool placed = false;
};

class CrashRun {
 public:
  explicit CrashRun(std::uint64_t seed) : random_(seed) {
    static_cast<void>(disk_->make_directory("/out"));
  }

  void run() {
    for (int life = 0; life < 5; ++life) {
      start();
      take_up_everything();
      auto const steps = random_() % 12;
      for (std::uint64_t i = 0; i < steps; ++i) act();
      end();
    }
    start();
    take_up_everything();
    for (auto& wanted : wanted_) finish(wanted);
    store_->stop();
    store_.reset();
  }

 private:
  void start() {
    StoreOptions options;
    options.buffer_bytes_max = 1 << 20;
    options.sync_files_max = random_() % 3;
    options.epoch_interval = std::chrono::milliseconds{random_() % 2000};
    store_ = std::make_unique<SimStore>(disk_, database_, options, random_());
  }

  // Dies in the middle of whatever is under way.
  void end() {
    auto const kind = random_() % 3;
    if (kind == 0) {
      store_->stop();
      for (auto& wanted : wanted_) note_events(wanted);
      for (auto& wanted : wanted_)
        wanted.durable.insert(wanted.received.begin(), wanted.received.end());
    } else {
      for (auto left = random_() % 60; left > 0; --left) store_->loop().run_one();
      for (auto& wanted : wanted_) note_events(wanted);
    }
    store_.reset();
    if (kind != 2) return;
    disk_->cut_power(random_());
    database_->cut_power(random_());
    for (auto& wanted : wanted_) wanted.received = wanted.durable;
  }

  void note_events(Wanted& wanted) {
    if (wanted.file.spool == SpoolId::none) return;
    auto const& present = store_->present(wanted.file.spool);
    wanted.received.insert(present.begin(), present.end());
  }

  void take_up_everything() {
    for (auto& wanted : wanted_) {
      if (wanted.placed) check_placed(wanted);
      if (!wanted.saved) {
        // The job may be gone, and its content with it.
        wanted = Wanted{.file = {}, .bytes = wanted.bytes, .identity = wanted.identity};
      }
      if (wanted.file.spool != SpoolId::none) take_up(wanted);
    }
  }

  void take_up(Wanted& wanted) {
    auto const opened = store_->reopen(wanted.file.spool);
    INFO("spool " << static_cast<std::uint64_t>(wanted.file.spool));
    if (!opened) {
      CHECK(opened.error().code == Errc::not_found);
      CHECK(wanted.received.empty());
      wanted = Wanted{.file = {}, .bytes = wanted.bytes, .identity = wanted.identity};
      return;
    }
    for (auto const piece : wanted.received) CHECK(opened->present.has(piece));
    check_present(wanted, *opened);
    wanted.received.clear();
    for (std::uint32_t i = 0; i < opened->present.size(); ++i) {
      if (opened->present.has(PieceIndex{i})) wanted.received.insert(PieceIndex{i});
    }
  }

  // Every present piece has the right bytes on the disk.
  void check_present(Wanted const& wanted, OpenedSpool const& opened) {
    for (auto const& range : opened.present.present_ranges()) {
      Bytes const begin = to_number(range.begin) * opened.piece_length;
      Bytes const end =
          std::min<Bytes>(to_number(range.end) * opened.piece_length, wanted.bytes.size());
      std::vector<std::byte> got(end - begin);
      auto const read =
          store_->store().reader().read(opened.id, begin, got, PieceReader::Patience::wait);
      REQUIRE(read);
      CHECK(std::equal(got.begin(), got.end(),
                       wanted.bytes.begin() + static_cast<std::ptrdiff_t>(begin)));
    }
  }

  void check_placed(Wanted const& wanted) {
    auto const bytes = disk_->contents(wanted.file.spec.path);
    REQUIRE(bytes);
    CHECK(*bytes == wanted.bytes);
  }

  void act() {
    if (wanted_.empty() || random_() % 4 == 0) return want();
    auto& wanted = wanted_[random_() % wanted_.size()];
    if (wanted.file.spool == SpoolId::none) return open(wanted);
    switch (random_() % 5) {
      case 0:
        return flush();
      case 1:
        return finish(wanted);
      default:
        return receive(wanted);
    }
  }

  void want() {
    Wanted wanted;
    auto const size = random_() % 4 == 0 ? 1 + random_() % 60'000 : 100'000 + random_() % 1'500'000;
    wanted.bytes = some_bytes(size, random_());
    if (random_() % 2 == 0) wanted.identity.manifest = manifest_of(wanted.bytes);
    if (random_() % 2 == 0) wanted.identity.sha256 = sha256(wanted.bytes);
    wanted_.push_back(std::move(wanted));
    open(wanted_.back());
  }

  void open(Wanted& wanted) {
    auto const opened = store_->open({wanted.bytes.size(), wanted.identity});
    REQUIRE(opened);
    wanted.file.job.bytes[0] = static_cast<std::byte>(&wanted - wanted_.data());
    wanted.file.spool = opened->id;
    wanted.file.spec.path = "/out/" + std::to_string(&wanted - wanted_.data());
    REQUIRE(store_->save({.jobs = {}, .files = {wanted.file}, .forget = {}}));
    wanted.saved = true;
  }

  void receive(Wanted& wanted) {
    if (wanted.sealed) return;
    auto const blocks = (wanted.bytes.size() + kBlockBytes - 1) / kBlockBytes;
    auto const begin = (random_() % blocks) * kBlockBytes;
    auto const end =
        std::min<Bytes>(wanted.bytes.size(), begin + (1 + random_() % 40) * kBlockBytes);
    auto part = std::vector(wanted.bytes.begin() + static_cast<std::ptrdiff_t>(begin),
                            wanted.bytes.begin() + static_cast<std::ptrdiff_t>(end));
    bool const lie = wanted.identity.manifest && random_() % 6 == 0;
    if (lie) part[random_() % part.size()] ^= std::byte{4};
    REQUIRE(store_->hand_on(wanted.file.spool, begin, part));
    for (auto left = random_() % 20; left > 0; --left) store_->loop().run_one();
  }

  void flush() {
    for (auto& wanted : wanted_) note_events(wanted);
    auto const before = wanted_;
    store_->flush();
    for (std::size_t i = 0; i < wanted_.size(); ++i) wanted_[i].durable = before[i].received;
  }

  // Whatever it takes until it is placed.
  void finish(Wanted& wanted) {
    if (wanted.file.spool == SpoolId::none) open(wanted);
    if (wanted.placed) return;
    auto const id = wanted.file.spool;
    for (int tries = 0; tries < 3 && !wanted.sealed; ++tries) {
      REQUIRE(store_->write(id, 0, wanted.bytes));
      auto const sealed = store_->seal(id);
      if (!sealed) continue;  // A lie came first and was thrown out.
      wanted.sealed = true;
      CHECK(sealed->content == manifest_of(wanted.bytes)->content);
    }
    REQUIRE(wanted.sealed);
    note_events(wanted);
    wanted.durable = wanted.received;
    REQUIRE(store_->place(id, {.path = wanted.file.spec.path}));
    wanted.placed = true;
    check_placed(wanted);
  }

  std::mt19937_64 random_;
  std::shared_ptr<SimDisk> disk_ = std::make_shared<SimDisk>();
  std::shared_ptr<SimKeyValue> database_ = std::make_shared<SimKeyValue>();
  std::unique_ptr<SimStore> store_;
  std::vector<Wanted> wanted_;
};

}  // namespace

TEST_CASE("whatever dies and whenever nothing durable is lost and nothing wrong is present",
          "[store][crash]") {
  for (std::uint64_t seed = 1; seed <= seeds(); ++seed) {
    INFO("seed " << seed);
    CrashRun(seed).run();
  }
}
