// What happens to jobs while nobody calls: slots, failures, restarts, age.
#include <catch2/catch.hpp>

#include "engine/job/job_book.h"
#include "tests/unit/job/job_world.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

JobOptions with_slots(std::size_t slots) {
  JobOptions options;
  options.files_active_max = slots;
  return options;
}

}  // namespace

TEST_CASE("files of a job begin in order and no more than the slots allow", "[job]") {
  JobWorld world(with_slots(2));
  world.start({"/tmp/a", "/tmp/b", "/tmp/c"});

  CHECK(world.desk->wanted("/tmp/a"));
  CHECK(world.desk->wanted("/tmp/b"));
  CHECK_FALSE(world.desk->wanted("/tmp/c"));
  world.desk->finish("/tmp/b", SpoolId{1}, 1);
  world.settle();
  CHECK(world.desk->wanted("/tmp/c"));
}

TEST_CASE("a file that only waits to become durable leaves its slot to the next", "[job]") {
  JobWorld world(with_slots(1));
  auto const job = world.start({"/tmp/a", "/tmp/b", "/tmp/c"}, Priority::low);

  world.desk->arrive("/tmp/a");
  world.settle();
  CHECK(world.desk->wanted("/tmp/a"));
  CHECK(world.desk->wanted("/tmp/b"));
  CHECK_FALSE(world.desk->wanted("/tmp/c"));

  auto const urgent = world.start({"/tmp/urgent"});
  CHECK(world.desk->wanted("/tmp/a"));
  CHECK_FALSE(world.desk->wanted("/tmp/b"));
  world.desk->finish("/tmp/a", SpoolId{1}, 1);
  world.desk->finish("/tmp/urgent", SpoolId{2}, 1);
  world.settle();
  CHECK(world.state(urgent) == JobState::transferred);
  CHECK(world.desk->wanted("/tmp/b"));
  CHECK(world.state(job) != JobState::transferred);
}

TEST_CASE("a foreground job takes slots from a background job that goes on later", "[job]") {
  JobWorld world(with_slots(1));
  auto const background = world.start({"/tmp/low"}, Priority::low);
  world.desk->answer("/tmp/low", SpoolId{1}, 100);
  auto const urgent = world.start({"/tmp/urgent"});

  CHECK(world.state(background) == JobState::queued);
  CHECK(world.desk->wanted("/tmp/urgent"));
  CHECK_FALSE(world.desk->wanted("/tmp/low"));
  world.desk->finish("/tmp/urgent", SpoolId{2}, 1);
  world.settle();
  CHECK(world.state(urgent) == JobState::transferred);
  CHECK(world.desk->wanted("/tmp/low"));
}

TEST_CASE("a job whose priority is raised overtakes", "[job]") {
  JobWorld world(with_slots(1));
  world.start({"/tmp/first"}, Priority::normal);
  auto const second = world.start({"/tmp/second"}, Priority::normal);
  CHECK(world.desk->wanted("/tmp/first"));

  auto spec = world.book->job(kUser, second)->spec;
  spec.priority = Priority::high;
  REQUIRE(
      world.ask<void>([&](auto answer) { world.book->configure(kUser, second, spec, answer); }));
  world.settle();

  CHECK(world.desk->wanted("/tmp/second"));
  CHECK_FALSE(world.desk->wanted("/tmp/first"));
}

TEST_CASE("a transient failure is tried again after a delay that grows", "[job]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a", "/tmp/b"});
  world.desk->fail("/tmp/a", Errc::connect_failed);
  world.settle();

  CHECK(world.state(id) == JobState::transient_error);
  CHECK(world.book->job(kUser, id)->error->error.code == Errc::connect_failed);
  CHECK(world.book->job(kUser, id)->error->file == 0);
  CHECK(world.desk->open.empty());
  world.loop.run_for(4s);
  CHECK(world.desk->open.empty());
  world.loop.run_for(3s);
  CHECK(world.desk->wanted("/tmp/a"));
  CHECK_FALSE(world.book->job(kUser, id)->error);

  world.desk->fail("/tmp/b", Errc::connect_failed);
  world.loop.run_for(9s);
  CHECK(world.desk->open.empty());
  world.loop.run_for(4s);
  CHECK(world.desk->wanted("/tmp/a"));
  CHECK(world.book->job(kUser, id)->error_count == 2);
}

TEST_CASE("resume does not wait for the retry", "[job]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a"});
  world.desk->fail("/tmp/a", Errc::connect_failed);
  world.settle();

  REQUIRE(world.resume(id));
  world.settle();

  CHECK(world.desk->wanted("/tmp/a"));
  world.loop.run_for(1min);
  CHECK(world.desk->wants == 2);
}

TEST_CASE("without progress for the whole timeout the job is in error", "[job]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a"});
  auto const begun = world.loop.elapsed();
  while (world.state(id) != JobState::error && world.loop.elapsed() - begun < 3h) {
    if (world.desk->wanted("/tmp/a")) world.desk->fail("/tmp/a", Errc::connect_failed);
    world.loop.run_for(1s);
  }

  CHECK(world.state(id) == JobState::error);
  CHECK(world.loop.elapsed() - begun >= 1h);
  CHECK(world.loop.elapsed() - begun <= 1h + 2s);
}

TEST_CASE("progress restarts the timeout and the growth of the delay", "[job]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a"});
  for (Bytes done = 1; done <= 30; ++done) {
    world.desk->answer("/tmp/a", SpoolId{1}, 100);
    world.desk->progress_to("/tmp/a", done);
    world.loop.run_for(10min);
    world.desk->fail("/tmp/a", Errc::connection_lost);
    world.loop.run_for(7s);
    REQUIRE(world.desk->wanted("/tmp/a"));
  }

  CHECK(is_running(world.state(id)));
}

TEST_CASE("a fatal failure stops the whole job and names the file", "[job]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a", "/tmp/b"});
  world.desk->fail("/tmp/b", Errc::http_not_found);
  world.settle();

  CHECK(world.state(id) == JobState::error);
  CHECK(world.book->job(kUser, id)->error->file == 1);
  CHECK(world.desk->open.empty());
  CHECK(world.ledger.jobs[id].error->error.code == Errc::http_not_found);
  world.loop.run_for(24h);
  CHECK(world.desk->wants == 2);
}

TEST_CASE("a running job goes on by itself after a crash where it was", "[job]") {
  JobWorld world({}, 2ms);
  auto const id = world.start({"/tmp/a", "/tmp/b"});
  world.desk->finish("/tmp/a", SpoolId{1}, 10);
  world.desk->answer("/tmp/b", SpoolId{2}, 100);
  world.settle();
  StoredContent stored;
  stored.spool = SpoolId{2};
  stored.present = 60;
  world.store.contents = {stored};

  world.restart(true);

  REQUIRE(world.book->jobs(kUser).size() == 1);
  CHECK(world.book->job(kUser, id)->progress.bytes_done == 70);
  CHECK(world.book->job(kUser, id)->progress.files_done == 1);
  CHECK_FALSE(world.desk->wanted("/tmp/a"));
  CHECK(world.desk->open.at(world.desk->wish_for("/tmp/b")).wish.spool == SpoolId{2});
}

TEST_CASE("without autostart a job that ran waits until it is resumed", "[job]") {
  JobOptions options;
  options.autostart = false;
  JobWorld world(options);
  auto const id = world.start({"/tmp/a"});

  world.restart(true);
  world.settle();

  CHECK(world.state(id) == JobState::queued);
  CHECK(world.desk->wants == 0);
  REQUIRE(world.resume(id));
  world.settle();
  CHECK(world.desk->wanted("/tmp/a"));
}

TEST_CASE("suspended and failed jobs stay so over a restart and ended ones stay gone", "[job]") {
  JobWorld world;
  auto const suspended = world.start({"/tmp/a"});
  auto const failed = world.start({"/tmp/b"});
  auto const cancelled = world.start({"/tmp/c"});
  REQUIRE(world.suspend(suspended));
  world.desk->fail("/tmp/b", Errc::http_gone);
  REQUIRE(world.cancel(cancelled));

  world.restart();
  world.settle();

  CHECK(world.book->jobs(kUser).size() == 2);
  CHECK(world.state(suspended) == JobState::suspended);
  CHECK(world.state(failed) == JobState::error);
  CHECK(world.book->job(kUser, failed)->error->error.code == Errc::http_gone);
  CHECK(world.desk->wants == 0);
}

TEST_CASE("a final job that is found at start is forgotten", "[job]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a"});
  world.ledger.jobs[id].state = JobState::acknowledged;

  world.restart(true);
  world.settle();

  CHECK(world.book->jobs(kUser).empty());
  CHECK(world.ledger.jobs.empty());
}

TEST_CASE("a job that lost files in the ledger is in error instead of half done", "[job]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a", "/tmp/b"});
  world.ledger.files.erase({id, 0});

  world.restart(true);
  world.settle();

  CHECK(world.state(id) == JobState::error);
  CHECK(world.book->job(kUser, id)->error->error.code == Errc::store_corrupt);
  CHECK(world.desk->wants == 0);
}

TEST_CASE("a job that nobody ends is cancelled after thirty days", "[job]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a"});
  REQUIRE(world.suspend(id));

  world.loop.run_for(24h * 29);
  CHECK(world.book->job(kUser, id));
  world.loop.run_for(25h);

  CHECK(world.book->job(kUser, id).error().code == Errc::job_not_found);
  CHECK(world.states_told(id).back() == JobState::cancelled);
}

TEST_CASE("what the ledger refused is saved when the disk has room again", "[job]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a"});
  world.ledger.failing = true;
  world.desk->finish("/tmp/a", SpoolId{1}, 10);
  world.settle();
  CHECK_FALSE(world.ledger.files[{id, 0}].transferred);

  world.ledger.failing = false;
  world.loop.run_for(6s);

  CHECK(world.ledger.files[{id, 0}].transferred);
  CHECK(world.ledger.jobs[id].state == JobState::transferred);
}

TEST_CASE("progress is told at most ten times a second with a smooth rate", "[job]") {
  JobWorld world;
  world.start({"/tmp/a"});
  world.desk->answer("/tmp/a", SpoolId{1}, 1'000'000);
  world.events.clear();
  for (Bytes i = 1; i <= 500; ++i) {
    world.desk->progress_to("/tmp/a", i * 1000);
    world.loop.run_for(10ms);
  }

  auto const told = std::ranges::count(world.events, JobEvent::Kind::progress, &JobEvent::kind);
  CHECK(told <= 51);
  CHECK(told >= 48);
  auto const rate = world.events.back().job.progress.rate.value;
  CHECK(rate > 95'000);
  CHECK(rate < 105'000);
}

TEST_CASE("a running job goes on where it was with the settings it is given", "[job]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a"});
  world.desk->answer("/tmp/a", SpoolId{1}, 100);
  auto spec = world.book->job(kUser, id)->spec;
  spec.headers = {{"Authorization", "Bearer new"}};

  REQUIRE(world.ask<void>([&](auto answer) { world.book->configure(kUser, id, spec, answer); }));
  world.settle();

  auto const& wish = world.desk->open.at(world.desk->wish_for("/tmp/a")).wish;
  CHECK(wish.spool == SpoolId{1});
  CHECK(wish.headers.at(0).value == "Bearer new");
  CHECK(world.ledger.jobs[id].spec.headers.size() == 1);
}

TEST_CASE("bytes by source are known after a crash but for the last seconds", "[job]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a"});
  world.desk->answer("/tmp/a", SpoolId{1}, 1000);
  for (Bytes done = 100; done <= 600; done += 100) {
    world.desk->progress_to("/tmp/a", done);
    CHECK(world.book->job(kUser, id)->progress.from_origin == done);
    world.loop.run_for(2s);
  }

  world.restart(true);
  auto const kept = world.book->job(kUser, id)->progress.from_origin;
  CHECK(kept >= 400);
  world.desk->progress_to("/tmp/a", 50);
  world.loop.run_for(6s);
  CHECK(world.book->job(kUser, id)->progress.from_origin == kept + 50);
}

TEST_CASE("a job says which states it went through and still does when it is gone", "[job]") {
  JobWorld world;
  auto const id = world.start({"/tmp/a"});
  world.desk->finish("/tmp/a", SpoolId{1}, 1);
  world.settle();
  auto const while_there = world.book->why(kUser, id);
  REQUIRE(while_there);
  CHECK(while_there->find("\"state\":\"transferred\"") != std::string::npos);

  REQUIRE(world.cancel(id));

  REQUIRE(world.book->job(kUser, id).error().code == Errc::job_not_found);
  CHECK(world.book->why(kUser, id) == *while_there);
  CHECK(world.book->why({kUser.uid + 1, false}, id).error().code == Errc::job_not_found);
}
