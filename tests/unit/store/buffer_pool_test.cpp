#include "store/buffer_pool.h"

#include <array>
#include <catch2/catch.hpp>

using namespace freshet;
using namespace freshet::store;

TEST_CASE("a pool hands out no more than its bytes and rings whoever waits", "[store]") {
  BufferPool pool(2 * kBufferBytes);
  int rings = 0;
  auto const bell = std::make_shared<RoomBell>([&] { ++rings; });
  std::array const two{kBufferBytes, kBufferBytes};
  std::array const one{kSmallBufferBytes};
  auto held = pool.take(two, bell);
  REQUIRE(held);

  CHECK_FALSE(pool.take(one, bell));
  CHECK_FALSE(pool.take(one, bell));
  CHECK(rings == 0);
  held->pop_back();

  CHECK(rings == 1);
  CHECK(pool.in_use() == kBufferBytes);
  CHECK(pool.take(one, bell));
  held->clear();
  CHECK(rings == 1);
  CHECK(pool.in_use() == 0);
}

TEST_CASE("a silenced bell never rings", "[store]") {
  BufferPool pool(kBufferBytes);
  int rings = 0;
  auto const bell = std::make_shared<RoomBell>([&] { ++rings; });
  std::array const one{kBufferBytes};
  auto held = pool.take(one, bell);
  REQUIRE_FALSE(pool.take(one, bell));

  bell->silence();
  held.reset();

  CHECK(rings == 0);
}

TEST_CASE("a carrier may drop its stream from within the call that tells it of room", "[store]") {
  std::shared_ptr<RoomBell> bell;
  bell = std::make_shared<RoomBell>([&] { bell->silence(); });

  bell->ring();
  bell->ring();

  CHECK(bell.use_count() == 1);
}
