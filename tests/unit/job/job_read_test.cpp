// Bytes of files on their way, and jobs by pages.
#include <catch2/catch.hpp>

#include "tests/unit/job/job_world.h"

using namespace freshet;
using namespace freshet::test;

namespace {

// Ends of a file on its way, and what of it can be read.
struct ReadWorld {
  JobWorld world;

  Result<ReadyPart> part(JobId job, Bytes begin, Caller const& caller = kUser) {
    return world.ask<ReadyPart>(
        [&](auto const& answer) { world.book->lend_ready(caller, job, 0, begin, answer); });
  }
  // The same job with these ranges.
  JobId start_ranges(std::vector<ByteRange> ranges) {
    auto file = file_at("/a");
    file.ranges = std::move(ranges);
    auto const id = world.ask<JobId>([&](auto const& answer) {
      world.book->create(kUser, {{.name = "ranges"}, {file}, true}, answer);
    });
    world.settle();
    return *id;
  }
  void ready_to(Bytes end) { world.desk->open[world.desk->wish_for("/a")].ready = end; }
};

std::vector<JobId> ids_of(std::vector<JobInfo> const& jobs) {
  std::vector<JobId> ids;
  for (auto const& job : jobs) ids.push_back(job.id);
  return ids;
}

}  // namespace

TEST_CASE("what has arrived is lent before the rest is there", "[reading]") {
  ReadWorld reading;
  auto& world = reading.world;
  auto const job = world.start({"/a"});
  world.settle();
  auto const nothing = reading.part(job, 0);
  REQUIRE(nothing);
  CHECK(nothing->range.empty());
  CHECK_FALSE(nothing->length);

  world.desk->answer("/a", SpoolId{3}, 1000);
  reading.ready_to(600);

  auto const part = reading.part(job, 100);
  REQUIRE(part);
  CHECK(part->range == ByteRange{100, 600});
  CHECK(part->bytes != nullptr);
  CHECK(part->length == Bytes{1000});
  CHECK(part->spool == SpoolId{3});
  CHECK(world.store.lent.back() == std::pair{SpoolId{3}, std::vector{ByteRange{100, 600}}});
  CHECK(reading.part(job, 600)->range.empty());

  world.desk->finish("/a", SpoolId{3}, 1000);
  CHECK(reading.part(job, 600)->range == ByteRange{600, 1000});
  CHECK(reading.part(job, 1000)->range.empty());
  CHECK(reading.part(job, 1001).error().code == Errc::invalid_range);
}

TEST_CASE("places in a file of ranges are those of the file that will be placed", "[reading]") {
  ReadWorld reading;
  auto& world = reading.world;
  auto const job = reading.start_ranges({{500, 600}, {0, 50}, {900, kToEnd}});
  world.desk->answer("/a", SpoolId{3}, 1000);
  reading.ready_to(550);

  // The first fifty of the first range, and nothing of the third.
  CHECK(reading.part(job, 0)->range == ByteRange{0, 50});
  CHECK(world.store.lent.back().second == std::vector{ByteRange{500, 550}});
  CHECK(reading.part(job, 120)->range == ByteRange{120, 150});
  CHECK(world.store.lent.back().second == std::vector{ByteRange{20, 50}});
  CHECK(reading.part(job, 150)->range.empty());
  CHECK(reading.part(job, 150)->length == Bytes{250});
}

TEST_CASE("who reads where nothing will come is told why", "[reading]") {
  ReadWorld reading;
  auto& world = reading.world;
  auto const job = world.start({"/a"});
  world.settle();
  world.desk->fail("/a", Errc::http_not_found);

  CHECK(reading.part(job, 0).error().code == Errc::http_not_found);
  CHECK(reading.part(job, 0, kOther).error().code == Errc::access_denied);
}

TEST_CASE("what is preferred of a file is known to every transfer of it", "[reading]") {
  JobWorld world;
  auto const job = world.start({"/a"});
  world.settle();
  auto const prefer = [&](std::vector<ByteRange> ranges, Caller const& caller = kUser) {
    return world.ask<void>(
        [&](auto const& answer) { world.book->prefer(caller, job, 0, ranges, answer); });
  };
  auto const preferred = [&] {
    return world.desk->open.at(world.desk->wish_for("/a")).wish.preferred;
  };
  world.desk->answer("/a", SpoolId{3}, 1000);
  std::vector<ByteRange> const wanted{{500, 600}, {900, kToEnd}};

  REQUIRE(prefer(wanted));
  CHECK(preferred() == wanted);
  REQUIRE(world.suspend(job));
  REQUIRE(world.resume(job));
  world.settle();
  CHECK(preferred() == wanted);

  CHECK(prefer({{500, 1001}}).error().code == Errc::invalid_range);
  CHECK(prefer({{1000, kToEnd}}).error().code == Errc::invalid_range);
  CHECK(prefer({{5, 5}}).error().code == Errc::invalid_range);
  CHECK(prefer(std::vector<ByteRange>(10'000, ByteRange{0, 1})).error().code ==
        Errc::too_many_ranges);
  CHECK(prefer(wanted, kOther).error().code == Errc::access_denied);
}

TEST_CASE("the last answer of a server outlives the transfer and is its owner's", "[reading]") {
  JobWorld world;
  auto const job = world.start({"/a"});
  world.settle();
  CHECK(world.book->answer(kUser, job, 0).error().code == Errc::not_yet);
  auto const told =
      std::make_shared<HttpAnswer const>(HttpAnswer{206, "HTTP/1.1 206 x\r\n", "", ""});
  world.desk->open.at(world.desk->wish_for("/a")).answer = told;
  CHECK(world.book->answer(kUser, job, 0) == *told);

  world.desk->finish("/a", SpoolId{3}, 1000);

  CHECK(world.book->answer(kUser, job, 0) == *told);
  CHECK(world.book->answer(kAdministrator, job, 0).error().code == Errc::access_denied);
  CHECK(world.book->answer(kUser, job, 1).error().code == Errc::not_found);
}

TEST_CASE("pages hold all jobs once and in order whatever ends between them", "[reading]") {
  JobWorld world;
  std::vector<JobId> made;
  for (int i = 0; i < 7; ++i) made.push_back(world.start({"/" + std::to_string(i)}));

  auto const first = world.book->page(kUser, {.count_max = 3});
  REQUIRE(first);
  CHECK(ids_of(first->jobs) == std::vector(made.begin(), made.begin() + 3));
  REQUIRE(first->next);
  REQUIRE(world.cancel(made[2]));
  REQUIRE(world.cancel(made[4]));
  auto const rest = world.book->page(kUser, {.after = *first->next, .count_max = 3});

  REQUIRE(rest);
  CHECK(ids_of(rest->jobs) == std::vector{made[3], made[5], made[6]});
  CHECK_FALSE(rest->next);
  CHECK(world.book->page(kOther, {})->jobs.empty());
  CHECK(world.book->page(kOther, {.all = true}).error().code == Errc::access_denied);
  CHECK(world.book->page(kAdministrator, {.all = true})->jobs.size() == 5);
}
