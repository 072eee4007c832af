// Notices, commands, callers and files that are refused, through the whole client.
#include <chrono>
#include <future>

#include <sys/stat.h>
#include <unistd.h>

#include "tests/integration/client/client_fixture.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

TEST_CASE_METHOD(ClientFixture, "a handler is told of a transferred job and accepts it later",
                 "[client]") {
  open();
  origin.serve_file("/a", made_bytes(100'000));
  auto const job = start({file("a")});
  std::promise<std::pair<Notice::Kind, Client::Accept>> told;

  REQUIRE(client->notify(job, [&](Notice const& notice, Client::Accept accept) {
    told.set_value({notice.kind, std::move(accept)});
  }));
  auto future = told.get_future();
  REQUIRE(future.wait_for(20s) == std::future_status::ready);
  auto const [kind, accept] = future.get();

  CHECK(kind == Notice::Kind::transferred);
  accept(true);
  REQUIRE(client->notify(job, {}));
  client.reset();
  accept(true);  // Nobody is there any more.
}

TEST_CASE_METHOD(ClientFixture, "the notify command is run when no handler is there",
                 "[client][embedded]") {
  open();
  origin.serve_file("/a", made_bytes(1000));
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  JobSpec spec{.name = "test"};
  spec.notify_command = {"/bin/sh", "-c", "echo told > " + (folder / "pipe")};

  auto const job = client->start(spec, {file("a")});

  REQUIRE(job);
  // Opening it waits for the command.
  CHECK(read_file(folder / "pipe") == "told\n");
}

TEST_CASE_METHOD(ClientFixture, "another caller sees nothing of a job", "[client][embedded]") {
  open();
  origin.serve_file("/a", made_bytes(1000));
  auto const job = start({file("a")});
  auto stranger = client->as({::geteuid() + 1, false});
  auto administrator = client->as({0, true});

  CHECK(stranger.jobs()->empty());
  CHECK(stranger.job(job).error().code == Errc::access_denied);
  CHECK(stranger.cancel(job).error().code == Errc::access_denied);
  CHECK(stranger.all_jobs().error().code == Errc::access_denied);
  CHECK(administrator.all_jobs()->size() == 1);
  CHECK(administrator.take_ownership(job));
  CHECK(administrator.job(job)->owner == 0);
}

TEST_CASE_METHOD(ClientFixture, "a file that the application refuses is fetched again",
                 "[client]") {
  open();
  auto const bytes = made_bytes(2'000'000);
  origin.serve_file("/a", bytes);
  auto const job = start({file("a")});
  CHECK(settled(job).state == JobState::transferred);

  REQUIRE(client->validate(job, 0, false));
  auto const report = client->error(job);
  REQUIRE(report);
  CHECK(report->error.error.code == Errc::validation_failed);
  CHECK(client->job(job)->progress.bytes_done == 0);

  REQUIRE(client->resume(job));
  CHECK(settled(job).state == JobState::transferred);
  REQUIRE(client->validate(job, 0, true));
  REQUIRE(client->complete(job));
  CHECK(read_file(folder / "a") == bytes);
}

TEST_CASE_METHOD(ClientFixture, "a job without network goes on when there is one", "[client]") {
  open();
  REQUIRE(client->set_conditions({.network = false}));
  origin.serve_file("/a", made_bytes(1000));
  auto const job = start({file("a")});
  auto const waiting = client->error(job);
  REQUIRE(waiting);
  CHECK(waiting->error.error.code == Errc::network_absent);

  REQUIRE(client->set_conditions({}));

  CHECK(settled(job).state == JobState::transferred);
}
