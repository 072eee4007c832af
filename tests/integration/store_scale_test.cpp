// What large state costs, with the real store. The bounds are three times what is promised for a
// machine with two cores (bench/micro/store_bench.cpp measures), and more under sanitizers.
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

#include <catch2/catch.hpp>

#include "engine/job/job_book.h"
#include "engine/job/transfers_desk.h"
#include "freshet/client.h"
#include "tests/support/big_state.h"
#include "tests/support/real_store.h"
#include "tests/support/temp_folder.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

// Who wrote the records of tests/support/big_state.h.
Caller const kUser{::geteuid(), false};

// Every sync of this process, RocksDB's too: the definitions below come before the C library's.
std::atomic<std::size_t> syncs = 0;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kSlack = 15;
#else
constexpr int kSlack = 3;
#endif

template <typename Work>
Duration time_of(Work const& work) {
  auto const begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::steady_clock::now() - begin;
}

class StdRandom final : public Random {
 public:
  [[nodiscard]] std::uint64_t next() override { return random_(); }

 private:
  std::mt19937_64 random_{1};
};

// Jobs over a real store, without origins. Used through `on_loop`.
struct Jobs {
  explicit Jobs(RealStore& over, std::function<void(FetchOrder const&)> on_fetch = {})
      : store(over), origin(over.loop(), kTebibyte, std::move(on_fetch)) {
    on_loop([&] {
      auto& contents = store.store().contents();
      TransferPorts const ports{store.loop(), clock, random, log, contents, origin};
      transfers = std::make_unique<Transfers>(ports, TransferOptions{});
      desk = std::make_unique<TransfersDesk>(*transfers);
      book = std::make_unique<JobBook>(
          JobPorts{store.loop(), clock, random, log, store.store().ledger(), contents, *desk},
          JobOptions{});
      recovered = book->recover();
    });
  }
  ~Jobs() {
    store.ask<bool>([&](auto done) { book->stop([done] { done(true); }); });
    on_loop([&] {
      book.reset();
      desk.reset();
      transfers.reset();
    });
  }
  Jobs(Jobs const&) = delete;
  Jobs& operator=(Jobs const&) = delete;

  void on_loop(std::function<void()> const& work) {
    store.ask<bool>([&](auto done) {
      work();
      done(true);
    });
  }

  RealStore& store;
  SteadyClock clock;
  StdRandom random;
  SilentLog log;
  MuteOrigin origin;
  std::unique_ptr<Transfers> transfers;
  std::unique_ptr<TransfersDesk> desk;
  std::unique_ptr<JobBook> book;
  Result<void> recovered;
};

}  // namespace

extern "C" __attribute__((visibility("default"))) int fdatasync(int file) {
  ++syncs;
  return static_cast<int>(::syscall(SYS_fdatasync, file));
}
extern "C" __attribute__((visibility("default"))) int fsync(int file) {
  ++syncs;
  return static_cast<int>(::syscall(SYS_fsync, file));
}

TEST_CASE("a content of one tebibyte with half of its pieces opens in a moment", "[store]") {
  for (bool const layer : {false, true}) {
    TempFolder const folder;
    write_tebibyte(folder / "data", layer);
    std::unique_ptr<RealStore> store;
    std::vector<StoredContent> listed;
    Result<OpenedSpool> opened;

    auto const took = time_of([&] {
      store = std::make_unique<RealStore>(folder / "data", StoreOptions{.reserve = false});
      opened = store->reopen(SpoolId{1});
      listed = store->list();
    });

    CHECK(took < kSlack * 1s);
    REQUIRE(opened);
    CHECK(opened->present.count() == 131'072);
    REQUIRE(listed.size() == 1);
    CHECK(listed[0].present == kTebibyte / 2);
  }
}

TEST_CASE("a job of one tebibyte with half of its pieces is taken up in a moment", "[store]") {
  TempFolder const folder;
  write_tebibyte(folder / "data", true);
  std::promise<Bytes> begin;
  bool first = true;

  Bytes from = 0;
  auto const took = time_of([&] {
    RealStore store(folder / "data", StoreOptions{.reserve = false});
    Jobs jobs(store, [&](FetchOrder const& order) {
      if (order.begin > 0 && std::exchange(first, false)) begin.set_value(order.begin);
    });
    REQUIRE(jobs.recovered);
    jobs.on_loop([&] {
      for (auto const& job : jobs.book->jobs(kUser))
        jobs.book->resume(kUser, job.id, [](auto const&) {});
    });
    auto found = begin.get_future();
    REQUIRE(found.wait_for(60s) == std::future_status::ready);
    from = found.get();
  });

  CHECK(took < kSlack * 1s);
  CHECK(from / piece_length_for(kTebibyte) % 2 == 1);  // A piece that is absent.
}

TEST_CASE("ten thousand jobs are taken up and listed in a moment", "[store]") {
  TempFolder const folder;
  write_jobs(folder / "data", 10'000);
  std::optional<Client> client;
  std::vector<JobInfo> listed;

  auto const opening = time_of([&] {
    auto opened = Client::open({.data_dir = folder / "data", .log = {}});
    REQUIRE(opened);
    client.emplace(std::move(*opened));
  });
  auto const listing = time_of([&] { listed = client->jobs().value(); });

  CHECK(opening < kSlack * 2s);
  CHECK(listing < kSlack * 100ms);
  REQUIRE(listed.size() == 10'000);
  CHECK(listed[9'999].spec.name == "job-9999");
}

TEST_CASE("a durable job costs one synced write", "[store]") {
  TempFolder const folder;
  RealStore store(folder / "data");
  Jobs jobs(store);
  REQUIRE(jobs.recovered);
  for (int i = 0; i < 20; ++i) {
    NewJob job;
    job.spec.name = "job-" + std::to_string(i);
    FileSpec file;
    file.urls = {"http://example.org/" + std::to_string(i)};
    file.path = folder / std::to_string(i);
    job.files = {file};
    auto const before = syncs.load();

    auto const created = store.ask<Result<JobId>>(
        [&](auto done) { jobs.book->create(kUser, std::move(job), done); });

    REQUIRE(created);
    CHECK(syncs.load() - before == 1);
  }
}
