#include <catch2/catch.hpp>

#include "api/local/event_feed.h"

using namespace freshet;
using namespace freshet::local;

namespace {

JobId job(unsigned char number) {
  JobId id;
  id.bytes[0] = std::byte{number};
  return id;
}

JobEvent event(JobEvent::Kind kind, unsigned char number, JobState state = JobState::queued) {
  JobEvent made;
  made.kind = kind;
  made.job.id = job(number);
  made.job.state = state;
  return made;
}

std::vector<std::uint64_t> numbers_after(EventFeed const& feed, std::uint64_t number) {
  std::vector<std::uint64_t> numbers;
  for (auto const& entry : feed.after(number, 100)) numbers.push_back(entry.number);
  return numbers;
}

constexpr auto kState = JobEvent::Kind::state;
constexpr auto kProgress = JobEvent::Kind::progress;

}  // namespace

TEST_CASE("of progress only the last of each job is kept", "[local]") {
  EventFeed feed("e", 100);
  feed.put(event(kProgress, 1));  // 1
  feed.put(event(kState, 1));     // 2
  feed.put(event(kProgress, 2));  // 3
  feed.put(event(kProgress, 1));  // 4
  feed.put(event(kProgress, 1));  // 5
  CHECK(numbers_after(feed, 0) == std::vector<std::uint64_t>{2, 3, 5});
  CHECK(feed.reaches_back_to(0));
  CHECK(feed.last() == 5);
}

TEST_CASE("a history that is too short says so", "[local]") {
  EventFeed feed("e", 3);
  for (unsigned char i = 0; i < 5; ++i) feed.put(event(kState, i));
  CHECK(numbers_after(feed, 0) == std::vector<std::uint64_t>{3, 4, 5});
  CHECK_FALSE(feed.reaches_back_to(1));
  CHECK(feed.reaches_back_to(2));
  CHECK(feed.reaches_back_to(5));
  CHECK_FALSE(feed.reaches_back_to(6));
}

TEST_CASE("ids are of one feed alone", "[local]") {
  EventFeed feed("abc", 3);
  CHECK(feed.number_of(feed.id_of(7)) == 7);
  for (auto const* const id : {"", "abc", "abc-", "abc-x", "abd-7", "abc-7x", "abc--7"}) {
    CHECK_FALSE(feed.number_of(id));
  }
}

TEST_CASE("who waits for a job hears of what settled it meanwhile", "[local]") {
  EventFeed feed("e", 100);
  feed.put(event(kState, 1, JobState::error));
  auto const before = feed.last();
  CHECK_FALSE(feed.settled_after(job(1), before));
  feed.put(event(kState, 2, JobState::transferred));
  feed.put(event(kState, 1, JobState::transferring));
  CHECK_FALSE(feed.settled_after(job(1), before));
  feed.put(event(JobEvent::Kind::removed, 1, JobState::cancelled));
  CHECK(feed.settled_after(job(1), before)->state == JobState::cancelled);
}

TEST_CASE("listeners hear of events until their handle ends", "[local]") {
  auto const feed = std::make_shared<EventFeed>("e", 100);
  int heard = 0;
  auto handle = EventFeed::listen(feed, [&](JobEvent const&) { ++heard; });
  feed->put(event(kState, 1));
  CHECK(feed->listeners() == 1);
  handle.reset();
  feed->put(event(kState, 1));
  CHECK(heard == 1);
  CHECK(feed->listeners() == 0);
}
