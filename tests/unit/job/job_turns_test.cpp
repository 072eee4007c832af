#include "engine/job/job_turns.h"

#include <catch2/catch.hpp>

using namespace freshet;
using namespace std::chrono_literals;

namespace {

JobId job(int number) {
  JobId id;
  id.bytes[0] = static_cast<std::byte>(number);
  return id;
}

TimePoint at(Duration span) {
  return TimePoint{span};
}

using Jobs = std::vector<JobId>;

}  // namespace

TEST_CASE("foreground jobs need no turn", "[turns]") {
  JobTurns turns(1, 5min);
  turns.want(job(1), Priority::foreground, 1);
  CHECK(turns.has(job(1), Priority::foreground));
  CHECK(turns.advance(at(0s)).got.empty());
}

TEST_CASE("with one turn a lower priority waits until the higher one leaves", "[turns]") {
  JobTurns turns(1, 5min);
  turns.want(job(1), Priority::low, 1);
  CHECK(turns.advance(at(0s)).got == Jobs{job(1)});
  turns.want(job(2), Priority::high, 2);

  auto const change = turns.advance(at(1s));
  CHECK(change.lost == Jobs{job(1)});
  CHECK(change.got == Jobs{job(2)});
  CHECK(turns.advance(at(24h)).got.empty());

  turns.leave(job(2));
  CHECK(turns.advance(at(24h)).got == Jobs{job(1)});
}

TEST_CASE("equals take turns of a slice in the order they came", "[turns]") {
  JobTurns turns(1, 5min);
  for (int number : {3, 1, 2})
    turns.want(job(number), Priority::normal, static_cast<std::uint64_t>(number));
  Jobs order;
  for (auto time = 0min; time < 30min; time += 1min) {
    for (auto const& got : turns.advance(at(time)).got) order.push_back(got);
    CHECK(turns.next_change());
  }
  CHECK(order == Jobs{job(1), job(2), job(3), job(1), job(2), job(3)});
}

TEST_CASE("nobody loses a turn while no equal waits", "[turns]") {
  JobTurns turns(1, 5min);
  turns.want(job(1), Priority::normal, 1);
  turns.want(job(2), Priority::low, 2);
  CHECK(turns.advance(at(0s)).got == Jobs{job(1)});
  CHECK_FALSE(turns.next_change());
  CHECK(turns.advance(at(24h)).lost.empty());
}

TEST_CASE("who is pre-empted goes on before equals that came later", "[turns]") {
  JobTurns turns(1, 5min);
  turns.want(job(1), Priority::normal, 1);
  static_cast<void>(turns.advance(at(0s)));
  turns.want(job(2), Priority::normal, 2);
  turns.want(job(9), Priority::high, 9);
  CHECK(turns.advance(at(1min)).got == Jobs{job(9)});
  turns.leave(job(9));
  CHECK(turns.advance(at(2min)).got == Jobs{job(1)});
}

TEST_CASE("a job whose priority is changed is placed anew", "[turns]") {
  JobTurns turns(1, 5min);
  turns.want(job(1), Priority::normal, 1);
  turns.want(job(2), Priority::low, 2);
  static_cast<void>(turns.advance(at(0s)));
  turns.want(job(2), Priority::high, 2);
  CHECK(turns.advance(at(1s)).got == Jobs{job(2)});
  turns.want(job(2), Priority::foreground, 2);
  CHECK(turns.advance(at(2s)).got == Jobs{job(1)});
}
