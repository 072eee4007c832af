// What applications are told of their jobs, how often, and in which order.
#include "engine/job/job_notices.h"

#include <catch2/catch.hpp>

#include "tests/unit/job/job_world.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

using Kind = Notice::Kind;

// A handler that remembers what it was told and answers as the test says.
struct Told {
  std::vector<Kind> kinds;
  std::vector<std::uint32_t> files;
  std::vector<JobNotices::Accepted> open;
  bool hold = false;
  int refusals = 0;

  JobNotices::Handler handler() {
    return [this](Notice const& notice, JobNotices::Accepted accept) {
      kinds.push_back(notice.kind);
      if (notice.kind == Kind::file_transferred) files.push_back(notice.file);
      if (hold) return open.push_back(std::move(accept));
      accept(refusals-- <= 0);
    };
  }
  [[nodiscard]] std::size_t count(Kind kind) const {
    return static_cast<std::size_t>(std::ranges::count(kinds, kind));
  }
};

void configure(JobWorld& world, JobId id, std::function<void(JobSpec&)> const& change) {
  auto spec = world.book->job(kUser, id)->spec;
  change(spec);
  REQUIRE(world.ask<void>([&](auto answer) { world.book->configure(kUser, id, spec, answer); }));
}

void listen(JobWorld& world, JobId id, Told& told) {
  REQUIRE(world.book->set_handler(kUser, id, told.handler()));
}

}  // namespace

TEST_CASE("a transferred job is told once and again only when it was not accepted", "[notices]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a"});
  Told told;
  told.refusals = 2;
  listen(world, id, told);
  world.desk->finish("/tmp/a", SpoolId{1}, 1);
  world.settle();

  CHECK(told.kinds == std::vector{Kind::transferred});
  CHECK_FALSE(world.ledger.jobs[id].notified);
  world.loop.run_for(4s);
  CHECK(told.kinds.size() == 1);
  world.loop.run_for(1h);
  CHECK(told.kinds == std::vector{Kind::transferred, Kind::transferred, Kind::transferred});
  CHECK(world.ledger.jobs[id].notified);
}

TEST_CASE("what happened before the handler came is told too but only once over restarts",
          "[notices]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a"});
  world.desk->fail("/tmp/a", Errc::http_gone);
  world.settle();
  world.restart();
  Told told;
  listen(world, id, told);
  world.settle();
  CHECK(told.kinds == std::vector{Kind::error});

  world.restart();
  Told again;
  listen(world, id, again);
  world.settle();
  CHECK(again.kinds.empty());
}

TEST_CASE("files are told one after the other and all before the job", "[notices]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a", "/tmp/b", "/tmp/c"});
  configure(world, id, [](JobSpec& spec) { spec.notify.file_transferred = true; });
  Told told;
  told.hold = true;
  listen(world, id, told);
  for (auto const* path : {"/tmp/b", "/tmp/a", "/tmp/c"}) {
    world.desk->finish(path, SpoolId{static_cast<std::uint64_t>(path[5])}, 1);
  }
  world.settle();
  CHECK(world.state(id) == JobState::transferred);

  CHECK(told.files == std::vector<std::uint32_t>{1});
  for (std::size_t i = 0; i < 3; ++i) {
    told.open.at(i)(true);
    world.settle();
  }
  CHECK(told.files == std::vector<std::uint32_t>{1, 0, 2});
  CHECK(told.kinds.back() == Kind::transferred);
  CHECK(told.kinds.size() == 4);
}

TEST_CASE("the job is told after a file that is not durable yet", "[notices]") {
  JobWorld world({}, 5ms);
  auto const id = world.start({"/tmp/a", "/tmp/b"});
  configure(world, id, [](JobSpec& spec) { spec.notify.file_transferred = true; });
  Told told;
  told.hold = true;
  listen(world, id, told);
  world.desk->finish("/tmp/a", SpoolId{1}, 1);
  world.settle();
  REQUIRE(told.files == std::vector<std::uint32_t>{0});

  // The first is accepted while the second is still on its way to the disk.
  world.desk->finish("/tmp/b", SpoolId{2}, 1);
  told.open.at(0)(true);
  told.hold = false;
  world.settle();

  CHECK(told.kinds ==
        std::vector{Kind::file_transferred, Kind::file_transferred, Kind::transferred});
}

TEST_CASE("a refused file holds back what comes after it", "[notices]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a"});
  configure(world, id, [](JobSpec& spec) { spec.notify.file_transferred = true; });
  Told told;
  told.refusals = 1;
  listen(world, id, told);
  world.desk->finish("/tmp/a", SpoolId{1}, 1);
  world.settle();
  CHECK(told.kinds == std::vector{Kind::file_transferred});
  world.loop.run_for(1min);
  CHECK(told.kinds ==
        std::vector{Kind::file_transferred, Kind::file_transferred, Kind::transferred});
}

TEST_CASE("what is not asked for is not told", "[notices]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a"});
  configure(world, id, [](JobSpec& spec) { spec.notify = {false, true, false, false}; });
  Told told;
  listen(world, id, told);
  world.desk->finish("/tmp/a", SpoolId{1}, 1);
  world.loop.run_for(1h);
  CHECK(told.kinds.empty());
}

TEST_CASE("a transient error is no error to be told", "[notices]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a"});
  Told told;
  listen(world, id, told);
  world.desk->fail("/tmp/a", Errc::connect_failed);
  world.settle();
  CHECK(told.kinds.empty());
}

TEST_CASE("an error that was resumed is not told any more and the next one is", "[notices]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a"});
  Told told;
  told.hold = true;
  listen(world, id, told);
  world.desk->fail("/tmp/a", Errc::http_gone);
  world.settle();
  REQUIRE(world.resume(id));
  world.settle();
  world.desk->fail("/tmp/a", Errc::http_gone);
  world.settle();
  CHECK(told.kinds.size() == 1);
  // The answer is to the first error: the second is still to be told.
  told.open.at(0)(true);
  world.settle();
  CHECK(told.kinds == std::vector{Kind::error, Kind::error});
}

TEST_CASE("a user hears of four jobs at a time and another user is not held up", "[notices]") {
  JobWorld world;
  Told told;
  told.hold = true;
  std::vector<std::string> paths;
  for (int i = 0; i < 6; ++i) {
    paths.push_back("/tmp/" + std::to_string(i));
    listen(world, world.start({paths.back()}), told);
  }
  for (auto const& path : paths) world.desk->finish(path, SpoolId{1}, 1);
  world.settle();
  CHECK(told.kinds.size() == 4);

  NewJob job{.spec = {.name = "other"}, .files = {file_at("/tmp/x")}, .start = true};
  auto const other =
      world.ask<JobId>([&](auto answer) { world.book->create(kOther, job, answer); });
  REQUIRE(other);
  Told theirs;
  REQUIRE(world.book->set_handler(kOther, *other, theirs.handler()));
  world.settle();
  world.desk->finish("/tmp/x", SpoolId{2}, 1);
  world.settle();
  CHECK(theirs.kinds.size() == 1);

  told.open.at(0)(true);
  world.settle();
  CHECK(told.kinds.size() == 5);
  told.open.at(1)(false);
  world.settle();
  CHECK(told.kinds.size() == 6);
}

TEST_CASE("modifications are told seldom and never again", "[notices]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a"});
  configure(world, id, [](JobSpec& spec) { spec.notify.modification = true; });
  Told told;
  listen(world, id, told);
  world.desk->answer("/tmp/a", SpoolId{1}, 1000);
  for (Bytes done = 1; done <= 50; ++done) {
    world.desk->progress_to("/tmp/a", done);
    world.loop.run_for(100ms);
  }
  CHECK(told.count(Kind::modification) >= 8);
  CHECK(told.count(Kind::modification) <= 11);
  auto const before = told.kinds.size();
  world.desk->finish("/tmp/a", SpoolId{1}, 1000);
  world.settle();
  CHECK(told.kinds.back() == Kind::transferred);
  CHECK(told.kinds.size() <= before + 2);
}

TEST_CASE("the command is run when no handler accepts and again until it ends well", "[notices]") {
  JobWorld world;
  std::vector<std::vector<std::string>> run;
  int failures = 1;
  world.book->set_command_runner(
      [&](std::uint32_t owner, std::vector<std::string> const& command, auto accepted) {
        CHECK(owner == kUser.uid);
        run.push_back(command);
        accepted(failures-- <= 0);
      });
  auto const id = world.start({"/tmp/a"});
  configure(world, id, [](JobSpec& spec) { spec.notify_command = {"/bin/tell", "me"}; });
  Told told;
  told.refusals = 1000;
  listen(world, id, told);
  world.desk->finish("/tmp/a", SpoolId{1}, 1);
  world.settle();
  CHECK(told.kinds.size() == 1);
  CHECK(run.size() == 1);
  world.loop.run_for(1min);

  CHECK(told.kinds.size() == 2);
  CHECK(run == std::vector(2, std::vector<std::string>{"/bin/tell", "me"}));
  world.loop.run_for(24h);
  CHECK(run.size() == 2);
}

TEST_CASE("a command that is set after the event runs and is remembered over a restart",
          "[notices]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a"});
  world.desk->finish("/tmp/a", SpoolId{1}, 1);
  world.settle();
  int runs = 0;
  auto const runner = [&](auto, auto const&, auto accepted) {
    ++runs;
    accepted(false);
  };
  world.book->set_command_runner(runner);
  configure(world, id, [](JobSpec& spec) { spec.notify_command = {"/bin/tell"}; });
  world.settle();
  CHECK(runs == 1);

  world.restart();
  world.book->set_command_runner(runner);
  world.loop.run_for(1min);
  CHECK(runs >= 2);
}

TEST_CASE("a job that has ended tells nothing more and late answers do no harm", "[notices]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a"});
  Told told;
  told.hold = true;
  listen(world, id, told);
  world.desk->finish("/tmp/a", SpoolId{1}, 1);
  world.settle();
  REQUIRE(world.complete(id));
  told.open.at(0)(false);
  world.loop.run_for(1h);
  CHECK(told.kinds.size() == 1);
}
