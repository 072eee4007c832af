// What a connected client promises while its daemon comes and goes.
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <set>
#include <thread>

#include "tests/integration/client/client_fixture.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

struct ConnectedFixture : ClientFixture {
  void open_connected() {
    auto opened = connect();
    REQUIRE(opened);
    client.emplace(std::move(*opened));
  }
  // What was heard, and waiting for it.
  std::mutex mutex;
  std::condition_variable heard_more;
  std::vector<JobEvent> heard;
  [[nodiscard]] Client::Listener listener() {
    return [this](JobEvent const& event) {
      std::lock_guard const lock(mutex);
      heard.push_back(event);
      heard_more.notify_all();
    };
  }
  [[nodiscard]] bool hear(std::function<bool(JobEvent const&)> const& wanted) {
    std::unique_lock lock(mutex);
    return heard_more.wait_for(lock, 30s, [&] { return std::ranges::any_of(heard, wanted); });
  }
};

}  // namespace

TEST_CASE_METHOD(ConnectedFixture, "without a daemon connecting says so and where", "[connected]") {
  auto const refused = Client::connect({.socket = socket(), .connect_timeout = Duration::zero()});

  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::daemon_unavailable);
  CHECK(refused.error().where.find(socket()) != std::string::npos);
}

TEST_CASE_METHOD(ConnectedFixture, "a call waits for a daemon that restarts", "[connected]") {
  open_connected();
  auto const job = client->create({.name = "kept"}, {file("a")});
  REQUIRE(job);
  daemon->kill();

  auto waiting = std::async(std::launch::async, [&] { return client->job(*job); });
  start_daemon();

  auto const info = waiting.get();
  REQUIRE(info);
  CHECK(info->spec.name == "kept");
}

TEST_CASE_METHOD(ConnectedFixture, "a call gives up on a daemon that stays away", "[connected]") {
  open_connected();
  auto impatient = Client::connect({.socket = socket(), .call_timeout = 100ms});
  REQUIRE(impatient);
  daemon->kill();

  CHECK(impatient->jobs().error().code == Errc::daemon_unavailable);
  CHECK(impatient->create({.name = "x"}).error().code == Errc::daemon_unavailable);
  CHECK(impatient->wait(JobId{}).error().code == Errc::daemon_unavailable);
}

TEST_CASE_METHOD(ConnectedFixture, "what happened while the daemon was away is told",
                 "[connected]") {
  open_connected();
  auto const bytes = made_bytes(300'000);
  origin.serve_until("/a", bytes, 1000, latch);
  auto const watching = client->watch(listener());
  auto const job = start({file("a")});
  REQUIRE(hear([](JobEvent const& event) { return event.job.state == JobState::transferring; }));

  daemon->kill();
  latch.open();
  origin.serve_file("/a", bytes);
  start_daemon();

  CHECK(hear([&](JobEvent const& event) {
    return event.kind == JobEvent::Kind::file_transferred && event.job.id == job;
  }));
  CHECK(hear([&](JobEvent const& event) {
    return event.kind == JobEvent::Kind::state && event.job.state == JobState::transferred;
  }));
  CHECK(settled(job).state == JobState::transferred);
}

TEST_CASE_METHOD(ConnectedFixture, "a job that ended while nobody listened is told as removed",
                 "[connected]") {
  open_connected();
  auto const watching = client->watch(listener());
  auto const job = client->create({.name = "gone"}, {file("a")});
  auto const kept = client->create({.name = "kept"}, {file("b")});
  REQUIRE(kept);
  REQUIRE(client->suspend(*job));
  daemon->stop();
  {
    auto offline = Client::open(options());
    REQUIRE(offline);
    REQUIRE(offline->cancel(*job));
  }

  start_daemon();

  CHECK(hear([&](JobEvent const& event) {
    return event.kind == JobEvent::Kind::removed && event.job.id == *job;
  }));
  std::lock_guard const lock(mutex);
  CHECK(std::ranges::none_of(heard, [&](JobEvent const& event) {
    return event.kind == JobEvent::Kind::removed && event.job.id == *kept;
  }));
}

TEST_CASE_METHOD(ConnectedFixture, "a handler that did not accept is told again by the next daemon",
                 "[connected]") {
  open_connected();
  origin.serve_file("/a", made_bytes(1000));
  auto const job = start({file("a")});
  std::atomic<int> told = 0;
  std::promise<void> first;
  std::promise<void> second;
  REQUIRE(client->notify(job, [&](Notice const& notice, Client::Accept accept) {
    if (notice.kind != Notice::Kind::transferred) return accept(true);
    if (++told == 1) return first.set_value();  // Not answered: the daemon goes first.
    accept(true);
    if (told == 2) second.set_value();
  }));
  REQUIRE(first.get_future().wait_for(30s) == std::future_status::ready);

  daemon->kill();
  start_daemon();

  CHECK(second.get_future().wait_for(30s) == std::future_status::ready);
}

TEST_CASE_METHOD(ConnectedFixture, "no job is lost or doubled however often the daemon is killed",
                 "[connected]") {
  open_connected();
  constexpr int kThreads = 4;
  constexpr int kJobs = 40;
  std::mutex names_mutex;
  std::set<std::string> created;
  std::atomic<int> left = kThreads;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (int j = 0; j < kJobs; ++j) {
        auto const name = std::to_string(i) + "-" + std::to_string(j);
        auto wanted = file("a");
        wanted.path = folder / name;
        auto const job = client->create({.name = name}, {wanted});
        std::lock_guard const lock(names_mutex);
        if (job && client->add_files(*job, {file("b")})) created.insert(name);
      }
      --left;
    });
  }
  int kills = 0;
  while (left > 0 && kills < 8) {
    // Killed in the middle of whatever it does, once it has begun to work.
    auto const before = [&] {
      std::lock_guard const lock(names_mutex);
      return created.size();
    }();
    auto const deadline = std::chrono::steady_clock::now() + 20s;
    while (left > 0 && std::chrono::steady_clock::now() < deadline) {
      std::lock_guard const lock(names_mutex);
      if (created.size() > before + 5) break;
    }
    daemon->kill();
    ++kills;
    start_daemon();
  }
  for (auto& thread : threads) thread.join();

  auto const jobs = client->jobs();
  REQUIRE(jobs);
  CHECK(kills > 0);
  CHECK(created.size() == kThreads * kJobs);
  CHECK(jobs->size() == created.size());
  std::set<std::string> there;
  for (auto const& job : *jobs) {
    there.insert(job.spec.name);
    CHECK(job.progress.files_total == 2);
  }
  CHECK(there == created);
}
