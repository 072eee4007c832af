#include "engine/job/job_queue.h"

#include <catch2/catch.hpp>

using namespace freshet;

namespace {

JobId job(int number) {
  JobId id;
  id.bytes[0] = static_cast<std::byte>(number);
  return id;
}

}  // namespace

TEST_CASE("a more urgent job goes first whatever came before", "[job]") {
  JobQueue queue;
  queue.put({Priority::normal, 0, 1, job(1)});
  queue.put({Priority::foreground, 5, 9, job(9)});

  CHECK(queue.next()->job == job(9));
}

TEST_CASE("among equals slots are shared and then the oldest goes first", "[job]") {
  JobQueue queue;
  queue.put({Priority::normal, 0, 1, job(1)});
  queue.put({Priority::normal, 0, 2, job(2)});
  CHECK(queue.next()->job == job(1));

  queue.put({Priority::normal, 1, 1, job(1)});

  CHECK(queue.next()->job == job(2));
}

TEST_CASE("a job that was removed is not offered again", "[job]") {
  JobQueue queue;
  queue.put({Priority::normal, 0, 1, job(1)});
  queue.put({Priority::high, 0, 1, job(1)});

  queue.remove(job(1));
  queue.remove(job(2));

  CHECK_FALSE(queue.next());
}
