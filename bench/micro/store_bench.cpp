// What the store costs: CPU for a gibibyte through the gate, for a thousand small files, for a
// durable job, and how long a start takes with ten thousand jobs or a content of one tebibyte.
// Every received byte and every job passes through it once. FRESHET_BENCH_DIR says on which file
// system.
#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "engine/base/hash.h"
#include "tests/support/real_store.h"

using namespace freshet;
using namespace freshet::test;

namespace {

constexpr int kRounds = 3;

// A directory on the file system to measure, removed at the end.
class BenchFolder {
 public:
  BenchFolder() {
    char const* const base = std::getenv("FRESHET_BENCH_DIR");
    path_ = std::string(base != nullptr ? base : "/tmp") + "/freshet-store-bench-XXXXXX";
    if (::mkdtemp(path_.data()) == nullptr) std::abort();
  }
  ~BenchFolder() { std::filesystem::remove_all(path_); }
  BenchFolder(BenchFolder const&) = delete;
  BenchFolder& operator=(BenchFolder const&) = delete;
  [[nodiscard]] std::string operator/(std::string const& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

double seconds(timeval const& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

class Stopwatch {
 public:
  Stopwatch() { getrusage(RUSAGE_SELF, &usage_); }
  void report(char const* what) const {
    rusage now{};
    getrusage(RUSAGE_SELF, &now);
    std::chrono::duration<double> const wall = std::chrono::steady_clock::now() - start_;
    std::printf("%-44s %7.3f s wall %7.3f s user %7.3f s kernel %6ld KiB peak\n", what,
                wall.count(), seconds(now.ru_utime) - seconds(usage_.ru_utime),
                seconds(now.ru_stime) - seconds(usage_.ru_stime), now.ru_maxrss);
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  rusage usage_{};
};

// `streams` carriers, each with its share, all from one small piece of memory.
void receive(RealStore& store, SpoolId spool, Bytes length, int streams) {
  auto const bytes = some_bytes(1 << 20);
  Bytes const share = length / static_cast<Bytes>(streams);
  std::vector<std::thread> carriers;
  for (int i = 0; i < streams; ++i) {
    carriers.emplace_back([&, begin = share * static_cast<Bytes>(i)] {
      for (Bytes at = begin; at < begin + share; at += bytes.size()) {
        if (!store.write(spool, at, bytes)) std::abort();
      }
    });
  }
  for (auto& carrier : carriers) carrier.join();
}

}  // namespace

TEST_CASE("one gibibyte through the gate", "[bench]") {
  for (bool const digest : {false, true}) {
    for (int round = 0; round < kRounds; ++round) {
      BenchFolder const folder;
      RealStore store(folder / "data");
      auto const spool = store.open({1_GiB, {}});
      REQUIRE(spool);
      if (digest) REQUIRE(store.identify(spool->id, {.sha256 = Digest{}}));
      Stopwatch const watch;
      receive(store, spool->id, 1_GiB, 4);
      REQUIRE(store.wait_for_pieces(spool->id, 4096));
      watch.report(digest ? "1 GiB received, SHA-256 asked for" : "1 GiB received");
      auto const sealed = store.seal(spool->id);
      CHECK(sealed.has_value() != digest);  // Nothing has the SHA-256 zero.
      watch.report("  and sealed");
    }
  }
}

TEST_CASE("a thousand contents of 4 KiB", "[bench]") {
  constexpr std::uint32_t kFiles = 1000;
  auto const bytes = some_bytes(4096);
  for (int round = 0; round < kRounds; ++round) {
    BenchFolder const folder;
    RealStore store(folder / "data");
    Stopwatch const watch;
    auto const done = store.ask<std::size_t>([&](std::function<void(std::size_t)> const& answer) {
      auto const left = std::make_shared<std::size_t>(kFiles);
      for (std::uint32_t i = 0; i < kFiles; ++i) {
        auto& contents = store.store().contents();
        contents.open({bytes.size(), {}}, [&, i, left, answer](Result<OpenedSpool> opened) {
          store.events().on_first(opened->id, [&, i, left, answer, id = opened->id] {
            contents.seal(id, [&, i, left, answer, id](Result<Sealed> const& sealed) {
              if (!sealed) std::abort();
              contents.place(id, {.path = folder / ("file" + std::to_string(i))},
                             [&, left, answer, id](Result<void> const& placed) {
                               if (!placed) std::abort();
                               contents.release(id);
                               if (--*left == 0) answer(kFiles);
                             });
            });
          });
          auto const stream = contents.gate().open(opened->id, SourceId{1}, 0, [] {});
          if (!stream->write(bytes)) std::abort();
          stream->finish();
        });
      }
    });
    watch.report("1,000 x 4 KiB received, sealed, placed");
    REQUIRE(done == kFiles);
  }
}

namespace {

JobRecord job_record(std::uint32_t number) {
  JobRecord job;
  std::memcpy(job.id.bytes.data(), &number, sizeof number);
  job.spec.name = "job " + std::to_string(number);
  job.file_count = 1;
  return job;
}

FileRecord file_record(JobRecord const& job) {
  FileRecord file;
  file.job = job.id;
  file.spec.urls = {"https://example.org/some/path/" + job.spec.name};
  file.spec.path = "/somewhere/" + job.spec.name;
  file.spec.sha256 = Digest{};
  return file;
}

}  // namespace

TEST_CASE("durable jobs one after the other and all of them at a start", "[bench]") {
  constexpr std::uint32_t kJobs = 10'000;
  BenchFolder const folder;
  {
    RealStore store(folder / "data");
    Stopwatch const watch;
    for (std::uint32_t i = 0; i < 200; ++i) {
      auto const job = job_record(i);
      REQUIRE(store.save({{job}, {file_record(job)}, {}}));
    }
    watch.report("200 jobs, each durable before the next");
    LedgerChange rest;
    for (std::uint32_t i = 200; i < kJobs; ++i) {
      rest.jobs.push_back(job_record(i));
      rest.files.push_back(file_record(rest.jobs.back()));
    }
    REQUIRE(store.save(std::move(rest)));
    watch.report("  and 9,800 more at once");
  }
  Stopwatch const watch;
  RealStore store(folder / "data");
  watch.report("store opened with 10,000 jobs");
  auto const loaded = store.store().ledger().load();
  watch.report("  and its ledger loaded");
  REQUIRE(loaded);
  CHECK(loaded->jobs.size() == kJobs);
}

TEST_CASE("a content of one tebibyte", "[bench]") {
  BenchFolder const folder;
  SpoolId spool{};
  StoreOptions const sparse{.reserve = false};
  {
    RealStore store(folder / "data", sparse);
    Stopwatch const watch;
    auto const opened = store.open({1_TiB, {}});
    REQUIRE(opened);
    watch.report("1 TiB opened");
    spool = opened->id;
    FileRecord file;
    file.spool = spool;
    REQUIRE(store.save({{}, {file}, {}}));
    receive(store, spool, 256_MiB, 4);
    REQUIRE(store.wait_for_pieces(spool, 64));
    watch.report("  and 256 MiB of it received");
  }
  Stopwatch const watch;
  RealStore store(folder / "data", sparse);
  auto const opened = store.reopen(spool);
  REQUIRE(opened);
  CHECK(opened->present.count() == 64);
  auto const listed = store.list();
  watch.report("store and 1 TiB opened again, listed");
  CHECK(listed.size() == 1);
}
