#include "peer/request_watch.h"

#include <catch2/catch.hpp>

using namespace freshet;
using namespace freshet::peer;
using namespace std::chrono_literals;

namespace {

TimePoint at(Duration since_start) {
  return TimePoint{} + 1h + since_start;
}

}  // namespace

TEST_CASE("the first request for a piece and the last settled one are told", "[watch]") {
  RequestWatch watch;

  CHECK(watch.asked(PieceIndex{3}, 0, at(0s)));
  CHECK_FALSE(watch.asked(PieceIndex{3}, 16384, at(0s)));
  CHECK(watch.asked(PieceIndex{4}, 0, at(0s)));
  CHECK_FALSE(watch.settled(PieceIndex{3}, 0));
  CHECK(watch.settled(PieceIndex{3}, 16384));
  CHECK_FALSE(watch.settled(PieceIndex{3}, 16384));
  CHECK(watch.clear() == std::vector{PieceIndex{4}});
  CHECK(watch.open() == 0);
}

TEST_CASE("a peer hangs when requests are out and no block comes", "[watch]") {
  RequestWatch watch;
  CHECK_FALSE(watch.hangs(at(100s), 3s));
  watch.asked(PieceIndex{0}, 0, at(100s));
  watch.asked(PieceIndex{0}, 16384, at(102s));

  CHECK_FALSE(watch.hangs(at(103s), 3s));
  CHECK(watch.hangs(at(103s) + 1ns, 3s));
  watch.heard(at(104s));
  CHECK_FALSE(watch.hangs(at(107s), 3s));
  watch.settled(PieceIndex{0}, 0);
  CHECK(watch.hangs(at(108s), 3s));
  watch.settled(PieceIndex{0}, 16384);
  CHECK_FALSE(watch.hangs(at(200s), 3s));
}
