// What callers ask of jobs, and what they are promised.
#include "engine/job/job_book.h"

#include <catch2/catch.hpp>

#include "tests/unit/job/job_world.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

TEST_CASE("a job that was created is in the ledger after one write when the answer comes",
          "[job]") {
  JobWorld world({}, 5ms);
  NewJob job;
  job.spec.name = "many";
  for (int i = 0; i < 1000; ++i) job.files.push_back(file_at("/tmp/" + std::to_string(i)));

  auto const id = world.ask<JobId>([&](auto answer) { world.book->create(kUser, job, answer); });

  REQUIRE(id);
  CHECK(world.ledger.saves == 1);
  CHECK(world.ledger.jobs.contains(*id));
  CHECK(world.ledger.files.size() == 1000);
  CHECK(world.state(*id) == JobState::suspended);
  CHECK(world.desk->wants == 0);
}

TEST_CASE("of one id there is one job however often it is created", "[job]") {
  JobWorld world;
  NewJob job{.spec = {.name = "once"}, .files = {file_at("/tmp/a")}};
  job.id = JobId{{std::byte{7}}};
  auto const create = [&](Caller const& caller) {
    return world.ask<JobId>([&](auto answer) { world.book->create(caller, job, answer); });
  };

  REQUIRE(create(kUser) == *job.id);
  world.restart();
  CHECK(create(kUser) == *job.id);

  CHECK(world.book->jobs(kUser).size() == 1);
  CHECK(world.ledger.files.size() == 1);
  CHECK(create({kUser.uid + 1, false}).error().code == Errc::invalid_argument);
}

TEST_CASE("a job that could not be made durable does not exist", "[job]") {
  JobWorld world;
  world.ledger.failing = true;
  NewJob job{.spec = {.name = "lost"}, .files = {file_at("/tmp/a")}, .start = true};

  auto const id = world.ask<JobId>([&](auto answer) { world.book->create(kUser, job, answer); });

  REQUIRE_FALSE(id);
  CHECK(id.error().code == Errc::disk_full);
  CHECK(world.book->jobs(kUser).empty());
  world.ledger.failing = false;
  world.loop.run_for(1min);
  CHECK(world.ledger.jobs.empty());
  CHECK(world.desk->wants == 0);
}

TEST_CASE("a job goes from queued to transferred and tells each step once", "[job]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a"});
  CHECK(world.state(id) == JobState::connecting);
  world.desk->answer("/tmp/a", SpoolId{1}, 100);
  CHECK(world.state(id) == JobState::transferring);
  world.desk->finish("/tmp/a", SpoolId{1}, 100);
  world.settle();

  CHECK(world.state(id) == JobState::transferred);
  CHECK(world.states_told(id) ==
        std::vector{JobState::connecting, JobState::transferring, JobState::transferred});
  CHECK(world.ledger.jobs[id].state == JobState::transferred);
  CHECK(world.ledger.files[{id, 0}].transferred);
  CHECK(world.book->job(kUser, id)->progress.from_origin == 100);
}

TEST_CASE("nobody hears that a job is transferred before that is durable", "[job]") {
  JobWorld world({}, 20ms);
  auto const id = world.start({"/tmp/a"});
  world.loop.run_for(1s);
  world.desk->finish("/tmp/a", SpoolId{1}, 100);

  world.loop.run_for(15ms);
  CHECK(world.states_told(id).back() != JobState::transferred);
  world.loop.run_for(50ms);
  CHECK(world.states_told(id).back() == JobState::transferred);
}

TEST_CASE("a file tells where its bytes lie and where they came from", "[job]") {
  JobWorld world;
  auto const id = world.start({"/a"});
  CHECK(world.book->files(kUser, id)->at(0).temporary_path.empty());

  world.desk->answer("/a", SpoolId{5}, 100);
  auto& open = world.desk->open.at(world.desk->wish_for("/a"));
  open.progress.from_origin = 30;
  open.progress.from_peers = 20;
  open.progress.wasted = 4;
  auto const file = world.book->files(kUser, id)->at(0);

  CHECK(file.temporary_path == "/spool/5");
  CHECK(file.from_origin == 30);
  CHECK(file.from_peers == 20);
  CHECK(file.wasted == 4);
}

TEST_CASE("complete places what arrived and drops the rest", "[job]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a", "/tmp/b", "/tmp/c"});
  world.desk->finish("/tmp/a", SpoolId{1}, 10);
  world.desk->answer("/tmp/b", SpoolId{2}, 10);

  auto const completion = world.complete(id);

  REQUIRE(completion);
  CHECK(completion->files_placed == 1);
  CHECK(completion->files_dropped == 2);
  CHECK(world.store.placed == std::map<std::string, SpoolId>{{"/tmp/a", SpoolId{1}}});
  CHECK(world.store.released == std::vector{SpoolId{1}, SpoolId{2}});
  CHECK(world.ledger.jobs.empty());
  CHECK(world.ledger.files.empty());
  CHECK(world.desk->open.empty());
  CHECK(world.book->job(kUser, id).error().code == Errc::job_not_found);
  CHECK(world.states_told(id).back() == JobState::acknowledged);
}

TEST_CASE("a file that cannot be placed keeps the job and complete can be repeated", "[job]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a", "/tmp/b"});
  world.desk->finish("/tmp/a", SpoolId{1}, 10);
  world.desk->finish("/tmp/b", SpoolId{2}, 10);
  world.settle();
  world.store.refused["/tmp/b"] = {Errc::disk_full, "/tmp/b", ""};

  auto const refused = world.complete(id);

  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::disk_full);
  CHECK(world.state(id) == JobState::transferred);
  CHECK((*world.book->files(kUser, id))[0].placed);
  CHECK(world.store.released.empty());
  world.store.refused.clear();
  auto const completion = world.complete(id);
  REQUIRE(completion);
  CHECK(completion->files_placed == 2);
}

TEST_CASE("a file whose bytes are gone at complete is fetched again after resume", "[job]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a"});
  world.desk->finish("/tmp/a", SpoolId{1}, 10);
  world.settle();
  world.store.refused["/tmp/a"] = {Errc::file_changed, "/tmp/a", ""};

  CHECK_FALSE(world.complete(id));

  CHECK(world.state(id) == JobState::error);
  CHECK(world.resume(id));
  world.settle();
  CHECK(world.desk->wanted("/tmp/a"));
}

TEST_CASE("a thousand files are placed with a bounded number under way and one last write",
          "[job]") {
  JobWorld world({}, 3ms);
  std::vector<std::string> paths;
  for (int i = 0; i < 1000; ++i) paths.push_back("/tmp/" + std::to_string(i));
  auto const id = world.start(paths);
  std::uint64_t spool = 0;
  for (auto const& path : paths) {
    world.loop.run_until([&] { return world.desk->wanted(path); }, 1s);
    world.desk->finish(path, SpoolId{++spool}, 10);
  }
  world.settle();
  int const before = world.ledger.saves;

  auto const completion = world.complete(id);

  REQUIRE(completion);
  CHECK(completion->files_placed == 1000);
  CHECK(world.store.placing_most == world.options.placements_active_max);
  CHECK(world.ledger.saves == before + 1);
}

TEST_CASE("cancel forgets the job before it lets go of its bytes", "[job]") {
  JobWorld world({}, 10ms);
  auto const id = world.start({"/tmp/a"});
  world.desk->answer("/tmp/a", SpoolId{1}, 100);
  world.loop.run_for(1s);
  bool answered = false;

  world.book->cancel(kUser, id, [&](auto const& result) { answered = result.has_value(); });

  CHECK(world.desk->open.empty());
  world.loop.run_for(5ms);
  CHECK(world.store.released.empty());
  CHECK(world.ledger.jobs.contains(id));
  world.loop.run_for(50ms);
  CHECK(answered);
  CHECK(world.store.released == std::vector{SpoolId{1}});
  CHECK(world.ledger.jobs.empty());
  CHECK(world.states_told(id).back() == JobState::cancelled);
}

TEST_CASE("a cancel that cannot be saved leaves the job as it was and running", "[job]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a"});
  world.ledger.failing = true;

  auto const refused = world.cancel(id);

  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::disk_full);
  world.ledger.failing = false;
  world.settle();
  CHECK(is_running(world.state(id)));
  CHECK(world.desk->wanted("/tmp/a"));
}

TEST_CASE("a job that is being ended takes no other call", "[job]") {
  JobWorld world({}, 10ms);
  auto const id = world.start({"/tmp/a"});
  world.book->cancel(kUser, id, [](auto const&) {});

  CHECK(world.resume(id).error().code == Errc::invalid_state);
}

TEST_CASE("bytes that two jobs share are let go with the second job", "[job]") {
  JobWorld world;
  auto const first = world.start({"/tmp/a"});
  auto const second = world.start({"/tmp/b"});
  world.desk->finish("/tmp/a", SpoolId{1}, 10);
  world.desk->finish("/tmp/b", SpoolId{1}, 10);
  world.settle();

  REQUIRE(world.complete(first));
  CHECK(world.store.released.empty());
  REQUIRE(world.complete(second));
  CHECK(world.store.released == std::vector{SpoolId{1}});
}

TEST_CASE("a spool that the transfer replaced is let go", "[job]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a"});
  world.desk->answer("/tmp/a", SpoolId{1}, 10);
  world.desk->answer("/tmp/a", SpoolId{2}, 20);
  world.settle();

  CHECK(world.store.released == std::vector{SpoolId{1}});
  CHECK(world.ledger.files[{id, 0}].spool == SpoolId{2});
  CHECK(world.book->job(kUser, id)->progress.bytes_total == 20);
}

TEST_CASE("suspend stops the files and resume goes on in the same spool", "[job]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a"});
  world.desk->answer("/tmp/a", SpoolId{1}, 100);
  world.desk->progress_to("/tmp/a", 40);

  REQUIRE(world.suspend(id));

  CHECK(world.state(id) == JobState::suspended);
  CHECK(world.desk->open.empty());
  CHECK(world.book->job(kUser, id)->progress.bytes_done == 40);
  CHECK(world.ledger.files[{id, 0}].from_origin == 40);
  REQUIRE(world.resume(id));
  world.settle();
  auto const& wish = world.desk->open.at(world.desk->wish_for("/tmp/a")).wish;
  CHECK(wish.spool == SpoolId{1});
  CHECK(wish.validator.etag == "\"v1\"");
}

TEST_CASE("files that are added to a transferred job run after resume", "[job]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a"});
  world.desk->finish("/tmp/a", SpoolId{1}, 10);
  world.settle();
  CHECK(world.resume(id).error().code == Errc::job_empty);

  auto const added = world.ask<void>(
      [&](auto answer) { world.book->add_files(kUser, id, {file_at("/tmp/b")}, answer); });
  REQUIRE(added);
  CHECK(world.state(id) == JobState::transferred);
  REQUIRE(world.resume(id));
  world.settle();

  CHECK(world.desk->wanted("/tmp/b"));
  CHECK_FALSE(world.desk->wanted("/tmp/a"));
}

TEST_CASE("calls for a job that is not known say so", "[job]") {
  JobWorld world;

  CHECK(world.resume(JobId{}).error().code == Errc::job_not_found);
  CHECK(world.complete(JobId{}).error().code == Errc::job_not_found);
  CHECK(world.book->why(kUser, JobId{}).error().code == Errc::job_not_found);
}
