// What many jobs and many files cost, counted or measured.
#include <chrono>

#include <catch2/catch.hpp>

#include "engine/job/job_book.h"
#include "tests/unit/job/job_world.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

// The slowest machine that runs these tests is allowed ten times what is promised.
template <typename Work>
Duration time_of(Work const& work) {
  auto const begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::steady_clock::now() - begin;
}

}  // namespace

TEST_CASE("a thousand small files cost few writes because those that come together share one",
          "[job]") {
  JobWorld world({}, 5ms);
  std::vector<std::string> paths;
  for (int i = 0; i < 1000; ++i) paths.push_back("/tmp/" + std::to_string(i));
  auto const id = world.start(paths);
  std::uint64_t spool = 0;
  while (!world.desk->open.empty()) {
    auto const path = world.desk->open.begin()->second.wish.file.path;
    world.desk->answer(path, SpoolId{++spool}, 4096);
    world.desk->finish(path, SpoolId{spool}, 4096);
    world.loop.run_for(1ms);
  }
  world.settle();

  CHECK(world.state(id) == JobState::transferred);
  CHECK(world.ledger.saves < 220);
  CHECK(world.ledger.records_saved < 3500);
}

TEST_CASE("ten thousand jobs are recovered and listed in a moment", "[job]") {
  JobWorld world;
  for (std::uint64_t i = 1; i <= 10'000; ++i) {
    JobRecord job;
    std::memcpy(job.id.bytes.data(), &i, sizeof i);
    job.spec.name = "job " + std::to_string(i);
    job.order = i;
    job.owner = kUser.uid;
    job.file_count = 1;
    job.created = world.loop.wall();
    FileRecord file;
    file.job = job.id;
    file.spec = file_at("/tmp/" + std::to_string(i));
    world.ledger.files[{job.id, 0}] = file;
    world.ledger.jobs[job.id] = std::move(job);
  }

  CHECK(time_of([&] { world.restart(); }) < 2s);
  std::size_t listed = 0;
  CHECK(time_of([&] { listed = world.book->jobs(kUser).size(); }) < 1s);
  CHECK(listed == 10'000);
}
