// Whole downloads whose process dies again and again: the real jobs, transfers, planner and store
// among simulated origins, over a disk and a database that lose and tear what was not synced.
//
// By seed: whenever it dies, every job is taken up once, every file ends right, and hardly a byte
// is fetched twice. Meanwhile the disk fills, fails or rots.
#include <algorithm>
#include <cstdlib>

#include <catch2/catch.hpp>

#include "engine/content/torrent_file.h"
#include "engine/job/job_book.h"
#include "engine/job/transfers_desk.h"
#include "tests/support/sim_dice.h"
#include "tests/support/sim_store.h"
#include "tests/support/transfer_world.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

constexpr Caller kUser{1000, false};

constexpr Bytes kEpochBytes = 1_MiB;
constexpr Bytes kPerKill = 1_MiB;
constexpr std::size_t kLivesMax = 7;
constexpr char const* kFaults =
    "power_cut,clock_jump,no_ranges,liar,full_disk,write_error,sync_error,rot";

struct File {
  std::string name;
  std::string bytes;
  FileSpec spec;
  bool liar = false;
};

struct Job {
  std::string name;
  std::vector<File> files;
  bool promised = false;  // Its creation was answered: it is durable.
  bool ended = false;     // So was its end.
};

// One run of the process, until it is destroyed like by SIGKILL.
class Life final : private JobEvents {
 public:
  Life(std::shared_ptr<SimDisk> disk, std::shared_ptr<SimKeyValue> database, StoreOptions options,
       std::uint64_t seed)
      : store(std::move(disk), std::move(database), std::move(options), seed),
        random_(seed),
        origin(store.loop(), store.loop(), random_) {
    auto& loop = store.loop();
    origin.set_gate(store.contents().gate());
    transfers_ = std::make_unique<Transfers>(
        TransferPorts{loop, loop, random_, log_, store.contents(), origin}, TransferOptions{});
    desk_ = std::make_unique<TransfersDesk>(*transfers_);
    book = std::make_unique<JobBook>(
        JobPorts{loop, loop, random_, log_, store.store().ledger(), store.contents(), *desk_},
        JobOptions{});
    book->set_events(this);
  }

  SimStore store;

 private:
  void on_job(JobEvent const& event) override {
    if (event.job.state == JobState::transferred) arrived.push_back(event.job.id);
    if (event.job.state == JobState::error) stuck.push_back(event.job.id);
  }

  SeededRandom random_;
  test::SilentLog log_;

 public:
  SimOrigin origin;

 private:
  std::unique_ptr<Transfers> transfers_;
  std::unique_ptr<TransfersDesk> desk_;

 public:
  std::unique_ptr<JobBook> book;
  std::vector<JobId> arrived;
  std::vector<JobId> stuck;
};

class CrashRun {
 public:
  CrashRun(std::uint64_t seed, bool honest)
      : random_(seed), disk_faults_(seed * 7919 + 1), honest_(honest) {
    static_cast<void>(disk_->make_directory("/out"));
    auto const jobs = 1 + below(2);
    for (std::uint64_t i = 0; i < jobs; ++i) make_job(std::to_string(i));
  }

  void run() {
    for (std::size_t life = 0; life < kLivesMax && !all_ended(); ++life) {
      // Often early, when little is durable; the last one lives.
      auto const steps = below(3) == 0 ? below(200) : below(6000);
      live(life + 1 == kLivesMax ? ~0ULL : steps);
      for (auto const& job : jobs_) check_placed(job);
    }
    CHECK(all_ended());
    if (honest_) CHECK(sent_ <= allowed_ + size_ * 102 / 100);
  }

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  void make_job(std::string const& number) {
    Job job{.name = "job" + number, .files = {}};
    auto const files = 1 + below(3);
    for (std::uint64_t i = 0; i < files; ++i) {
      job.files.push_back(make_file(number + "-" + std::to_string(i)));
      size_ += job.files.back().bytes.size();
    }
    jobs_.push_back(std::move(job));
  }

  File make_file(std::string const& name) {
    File file;
    file.name = name;
    // No two have the same length: contents are told apart by it.
    auto const length = below(3) == 0 ? below(80'000) : below(512 << 10);
    file.bytes = sim_bytes(length * 8 + ++files_, random_());
    file.spec.urls = {"http://" + name + "/file"};
    file.spec.path = "/out/" + name;
    auto const kind = below(4);
    if (kind % 2 == 1) file.spec.sha256 = sha256_of(file.bytes);
    if (kind == 2) file.spec.manifest = "http://" + name + "/manifest";
    file.liar = !honest_ && kind == 2 && !is_calm("liar");
    if (file.liar) file.spec.urls.insert(file.spec.urls.begin(), "http://liar-" + name + "/file");
    return file;
  }

  void serve(Life& life, File const& file) {
    std::mt19937_64 dice(file.bytes.size());
    auto& server = life.origin.server(file.name);
    server.latency = 1ms + dice() % 50 * 1ms;
    server.rate = 1e6 + static_cast<double>(dice() % 20'000'000);
    server.ranges = honest_ || dice() % 8 != 0 || is_calm("no_ranges");
    SimFile served;
    served.bytes = std::make_shared<std::string const>(file.bytes);
    served.validator.etag = "\"v1\"";
    served.manifest_urls = {"http://" + file.name + "/manifest"};
    SimFile document;
    document.bytes =
        std::make_shared<std::string const>(*write_torrent(*manifest_of(file.bytes), {}));
    server.files["/manifest"] = std::move(document);
    server.files["/file"] = served;
    if (!file.liar) return;
    server.faults.cut = 0.2;
    auto& liar = life.origin.server("liar-" + file.name);
    liar.files["/file"] = served;
    liar.faults.corrupt = 0.5;
  }

  void live(std::uint64_t steps) {
    StoreOptions options;
    options.buffer_bytes_max = 2 << 20;
    options.epoch_bytes = kEpochBytes;
    options.epoch_interval = below(2000) * 1ms;
    options.sync_files_max = below(3);
    auto life = std::make_unique<Life>(disk_, database_, options, random_());
    for (auto const& job : jobs_) {
      for (auto const& file : job.files) serve(*life, file);
    }
    REQUIRE(life->book->recover());
    take_up(*life);
    auto const end = life->store.loop().now() + 4h;
    auto const jump = below(3) == 0 ? below(2000) : ~0ULL;
    draw_disk_faults();
    for (std::uint64_t step = 0; step < steps && !all_ended(); ++step) {
      if (step == jump) jump_clock(*life);
      strike(step);
      if (life->store.loop().now() >= end) break;
      // When all wait for the disk it is well again.
      if (!life->store.loop().run_one()) healed_at_ = step;
      if (step == healed_at_) disk_->set_capacity(~Bytes{0});
      complete_arrived(*life);
      bool const idle = life->stuck.empty() && healed_at_ == step;
      if (step >= healed_at_) resume_stuck(*life);
      if (idle && !life->store.loop().run_one()) break;
    }
    disk_->set_capacity(~Bytes{0});
    check_served(*life);
    for (auto const& job : jobs_) {
      for (auto const& file : job.files) sent_ += life->origin.server(file.name).sent;
    }
    life.reset();
    if (!all_ended()) die();
  }

  void die() {
    allowed_ += kPerKill;
    if (below(2) == 0 || is_calm("power_cut")) return;
    allowed_ += kEpochBytes;
    disk_->cut_power(random_());
    database_->cut_power(random_());
  }

  void jump_clock(Life& life) {
    auto const hours = below(48) * 1h - 24h;
    if (!is_calm("clock_jump")) life.store.loop().jump_wall(hours);
  }

  // When the disk of the next life is full, fails or rots, and from when on it is well again.
  void draw_disk_faults() {
    auto const moment = [&](char const* name) {
      bool const drawn = disk_faults_.fault(name, 0.15);
      auto const step = disk_faults_.below(3000);
      return drawn ? step : ~0ULL;
    };
    full_at_ = moment("full_disk");
    write_fails_at_ = moment("write_error");
    sync_fails_at_ = moment("sync_error");
    rots_at_ = moment("rot");
    healed_at_ = full_at_ == ~0ULL ? 0 : full_at_ + disk_faults_.below(1000);
  }

  void strike(std::uint64_t step) {
    if (step == full_at_) disk_->set_capacity(disk_->used() + disk_faults_.below(256 << 10));
    if (step == write_fails_at_) disk_->fail_next(SimDisk::Act::write, Errc::io_error);
    if (step == sync_fails_at_) disk_->fail_next(SimDisk::Act::sync, Errc::io_error);
    if (step == rots_at_) rot();
    // Of each file what was not durable may be lost.
    bool const hurts = step == full_at_ || step == write_fails_at_ || step == sync_fails_at_;
    if (hurts) allowed_ += 2 * kEpochBytes + size_ / 2;
    hurt_ = hurt_ || hurts;
  }

  // A byte of each file that is being fetched or waits for its place.
  void rot() {
    auto const files = disk_->list("/data/spool");
    if (!files) return;
    for (auto const& name : *files) {
      auto const path = "/data/spool/" + name;
      auto const size = disk_->contents(path)->size();
      if (size > 0) disk_->damage(path, disk_faults_.below(size));
    }
    allowed_ += size_;
    rotten_ = rotten_ || !files->empty();
  }

  void resume_stuck(Life& life) {
    for (auto const& id : std::exchange(life.stuck, {})) {
      life.book->resume(kUser, id, [](Result<void> const&) {});
    }
  }

  // What was promised is there, nothing twice; what is not there is asked for again.
  void take_up(Life& life) {
    for (auto& job : jobs_) {
      auto const jobs = life.book->jobs(kUser);
      auto const found =
          std::ranges::count(jobs, job.name, [](JobInfo const& info) { return info.spec.name; });
      CHECK(found <= 1);
      if (job.ended) CHECK(found == 0);
      // Its end may be durable without an answer: then its files are there.
      bool const gone = job.promised && found == 0;
      if (gone && !job.ended) CHECK(is_placed(job));
      job.ended = job.ended || gone;
      job.promised = job.promised || found == 1;
      if (!job.promised) create(life, job);
    }
    for (auto const& info : life.book->jobs(kUser)) {
      if (info.state == JobState::error) life.stuck.push_back(info.id);
      if (info.state == JobState::transferred) life.arrived.push_back(info.id);
    }
  }

  void create(Life& life, Job& job) {
    NewJob asked;
    asked.spec.name = job.name;
    asked.start = true;
    for (auto const& file : job.files) asked.files.push_back(file.spec);
    life.book->create(kUser, std::move(asked), [&job](Result<JobId> const& id) {
      REQUIRE(id);
      job.promised = true;
    });
  }

  void complete_arrived(Life& life) {
    for (auto const& id : std::exchange(life.arrived, {})) {
      auto const info = life.book->job(kUser, id);
      if (!info || info->state != JobState::transferred) continue;
      auto const job = std::ranges::find(jobs_, info->spec.name, &Job::name);
      life.book->complete(kUser, id, [this, &life, id, job](Result<Completion> const& done) {
        if (done) {
          job->ended = true;
          return;
        }
        UNSCOPED_INFO(describe(done.error()));
        CHECK(hurt_);
        life.arrived.push_back(id);
      });
    }
  }

  [[nodiscard]] bool all_ended() const {
    return std::ranges::all_of(jobs_, [](Job const& job) { return job.ended; });
  }

  [[nodiscard]] bool is_placed(Job const& job) const {
    return std::ranges::all_of(
        job.files, [&](File const& file) { return disk_->contents(file.spec.path).has_value(); });
  }

  // A file at its place is whole and right, whenever one looks. Where what was verified has rotted
  // since, only that all goes on is promised: the scrub finds it.
  void check_placed(Job const& job) const {
    if (job.ended) CHECK(is_placed(job));
    for (auto const& file : job.files) {
      auto const placed = disk_->contents(file.spec.path);
      if (!placed) continue;
      INFO(file.spec.path);
      CHECK(placed->size() == file.bytes.size());
      if (rotten_) continue;
      CHECK(std::ranges::equal(*placed, std::as_bytes(std::span(file.bytes))));
    }
  }

  // What readers get of contents that are known is right.
  void check_served(Life& life) {
    for (auto const& stored : life.store.contents().list()) {
      auto const* const file = file_of(stored);
      bool const known = stored.content || (file != nullptr && !file->liar);
      if (file == nullptr || !known || rotten_) continue;
      for (Bytes at = 0; at < file->bytes.size(); at += kPieceBytesMin) {
        std::vector<std::byte> got(std::min<Bytes>(kPieceBytesMin, file->bytes.size() - at));
        auto& reader = life.store.store().reader();
        if (!reader.read(stored.spool, at, got, PieceReader::Patience::wait)) continue;
        auto const right = std::as_bytes(std::span(file->bytes)).subspan(at, got.size());
        INFO(file->name << " at " << at);
        CHECK(std::ranges::equal(got, right));
      }
    }
  }

  [[nodiscard]] File const* file_of(StoredContent const& stored) const {
    for (auto const& job : jobs_) {
      for (auto const& file : job.files) {
        if (stored.length == file.bytes.size()) return &file;
      }
    }
    return nullptr;
  }

  std::mt19937_64 random_;
  Dice disk_faults_;
  bool honest_;
  std::shared_ptr<SimDisk> disk_ = std::make_shared<SimDisk>();
  std::shared_ptr<SimKeyValue> database_ = std::make_shared<SimKeyValue>();
  std::vector<Job> jobs_;
  Bytes files_ = 0;
  Bytes size_ = 0;
  Bytes sent_ = 0;
  Bytes allowed_ = 0;
  // Steps of this life.
  std::uint64_t full_at_ = 0;
  std::uint64_t write_fails_at_ = 0;
  std::uint64_t sync_fails_at_ = 0;
  std::uint64_t rots_at_ = 0;
  std::uint64_t healed_at_ = 0;
  bool rotten_ = false;
  bool hurt_ = false;  // The disk was full, or failed.
};

void play(bool honest, std::uint64_t seeds) {
  auto const first = first_seed();
  for (auto seed = first; seed < first + seeds; ++seed) {
    INFO("FRESHET_SIM_FIRST_SEED=" << seed << " FRESHET_CRASH_SEEDS=1");
    INFO("faults that can be calmed: " << kFaults);
    CrashRun(seed * 2 + (honest ? 0 : 1), honest).run();
  }
}

}  // namespace

TEST_CASE("a download that dies anywhere ends right and fetches hardly a byte twice", "[sim]") {
  play(true, number_from("FRESHET_CRASH_SEEDS", 40));
}

TEST_CASE("a download that dies among liars ends right", "[sim]") {
  play(false, number_from("FRESHET_CRASH_SEEDS", 20));
}
