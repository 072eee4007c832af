// What the store costs: CPU for a gibibyte through the gate, for a thousand small files, for a
// durable job, and how long a start takes with ten thousand jobs or a content of one tebibyte.
// Every received byte and every job passes through it once. FRESHET_BENCH_DIR says on which file
// system. tests/integration/store_scale_test.cpp holds the bounds.
#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <thread>

#include "engine/base/hash.h"
#include "freshet/client.h"
#include "tests/support/big_state.h"
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
    // Room for all at once: nobody here waits for it.
    StoreOptions options;
    options.buffer_bytes_max = 64 << 20;
    RealStore store(folder / "data", options);
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

TEST_CASE("durable jobs one after the other", "[bench]") {
  constexpr std::uint32_t kJobs = 200;
  BenchFolder const folder;
  RealStore store(folder / "data");
  Stopwatch const watch;
  for (std::uint32_t i = 0; i < kJobs; ++i) {
    JobRecord job;
    std::memcpy(job.id.bytes.data(), &i, sizeof i);
    FileRecord file;
    file.job = job.id;
    file.spec.urls = {"https://example.org/some/path"};
    file.spec.path = "/somewhere";
    REQUIRE(store.save({{job}, {file}, {}}));
  }
  watch.report("200 jobs, each durable before the next");
}

TEST_CASE("ten thousand jobs at a start", "[bench]") {
  constexpr std::uint32_t kJobs = 10'000;
  BenchFolder const folder;
  write_jobs(folder / "data", kJobs);
  for (int round = 0; round < kRounds; ++round) {
    Stopwatch const watch;
    auto opened = Client::open({.data_dir = folder / "data", .log = {}});
    REQUIRE(opened);
    watch.report("client opened with 10,000 jobs");
    Stopwatch const listing;
    auto const listed = opened->jobs();
    listing.report("  and all of them listed");
    CHECK(listed->size() == kJobs);
  }
}

TEST_CASE("a content of one tebibyte", "[bench]") {
  for (bool const layer : {false, true}) {
    BenchFolder const folder;
    write_tebibyte(folder / "data", layer);
    for (int round = 0; round < kRounds; ++round) {
      Stopwatch const watch;
      RealStore store(folder / "data", {.reserve = false});
      watch.report(layer ? "store with 1 TiB and its layer opened" : "store with 1 TiB opened");
      auto const opened = store.reopen(SpoolId{1});
      REQUIRE(opened);
      CHECK(opened->present.count() == 131'072);
      watch.report("  and the content, every other piece there");
      CHECK(store.list().size() == 1);
      watch.report("  and listed");
    }
  }
}
