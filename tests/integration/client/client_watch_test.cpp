// What listeners and waiting callers hear.
#include <future>
#include <mutex>
#include <thread>

#include "tests/integration/client/client_fixture.h"

using namespace freshet;
using namespace freshet::test;

TEST_CASE_METHOD(ClientFixture, "a listener hears each step in order and then the end",
                 "[client]") {
  open();
  origin.serve_file("/a", made_bytes(500'000));
  std::mutex mutex;
  std::vector<std::pair<JobEvent::Kind, JobState>> heard;
  std::promise<void> ended;
  auto const watching = client->watch([&](JobEvent const& event) {
    std::lock_guard const lock(mutex);
    std::pair const step(event.kind, event.job.state);
    // COM makes a job step by step, and remembers with it that it was resumed.
    bool const making = event.job.state == JobState::suspended ||
                        event.job.state == JobState::queued ||
                        (!heard.empty() && heard.back() == step);
    if (through_com() && making) return;
    if (event.kind != JobEvent::Kind::progress) heard.push_back(step);
    if (event.kind == JobEvent::Kind::removed) ended.set_value();
  });

  auto const job = start({file("a")});
  settled(job);
  REQUIRE(client->complete(job));
  REQUIRE(ended.get_future().wait_for(std::chrono::seconds{20}) == std::future_status::ready);

  std::lock_guard const lock(mutex);
  using enum JobEvent::Kind;
  REQUIRE(heard.size() == 5);
  CHECK(heard[0] == std::pair(state, JobState::connecting));
  CHECK(heard[1] == std::pair(state, JobState::transferring));
  CHECK(heard[2].first == file_transferred);
  CHECK(heard[3] == std::pair(state, JobState::transferred));
  CHECK(heard[4] == std::pair(removed, JobState::acknowledged));
}

TEST_CASE_METHOD(ClientFixture, "no call comes after a handle is destroyed", "[client]") {
  open();
  origin.serve_file("/a", made_bytes(500'000));
  std::atomic<bool> destroyed = false;
  std::atomic<bool> late = false;
  auto watching = client->watch([&](JobEvent const&) { late = late || destroyed; });
  auto const job = start({file("a")});
  watching.reset();
  destroyed = true;
  settled(job);

  CHECK_FALSE(late);
}

TEST_CASE_METHOD(ClientFixture, "a handle may outlive its client", "[client]") {
  open();
  auto watching = client->watch([](JobEvent const&) {});

  client.reset();

  CHECK_NOTHROW(watching.reset());
}

TEST_CASE_METHOD(ClientFixture, "who waits for a job that is cancelled hears so", "[client]") {
  open();
  origin.on("/a", [&](SeenRequest const&) {
    Reply reply;
    reply.latch = &latch;
    return reply;
  });
  auto const job = start({file("a")});
  REQUIRE(origin.wait_for_requests(1));
  std::optional<Result<JobInfo>> heard;
  std::thread waiting([&] { heard = client->wait(job, std::chrono::seconds{20}); });

  REQUIRE(client->cancel(job));
  waiting.join();

  REQUIRE(heard);
  // Cancelled before it began to wait, or while it waited.
  if (*heard) {
    CHECK((*heard)->state == JobState::cancelled);
  } else {
    CHECK(heard->error().code == Errc::job_not_found);
  }
}

TEST_CASE_METHOD(ClientFixture, "many threads may call at once", "[client]") {
  open();
  origin.serve_file("/a", made_bytes(20'000));
  std::vector<std::thread> threads;
  std::atomic<int> done = 0;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 5; ++round) {
        auto wanted = file("a");
        wanted.path = folder / (std::to_string(i) + "-" + std::to_string(round));
        auto const job = client->start({.name = "test"}, {wanted});
        auto const info = client->wait(*job, std::chrono::seconds{20});
        if (info && info->state == JobState::transferred && client->complete(*job)) ++done;
      }
    });
  }
  for (auto& thread : threads) thread.join();

  CHECK(done == 40);
  CHECK(client->jobs()->empty());
}
