#include <catch2/catch.hpp>

#include "store/posix_disk.h"

using namespace freshet::store;

namespace {

FileStamp modified_at(std::int64_t seconds, std::int64_t nanoseconds) {
  struct stat status {};
  status.st_mtim = {seconds, nanoseconds};
  return stamp_of(status);
}

}  // namespace

TEST_CASE("files of any date are told apart", "[store]") {
  constexpr std::int64_t year_9999 = 253'402'300'799;  // As a Last-Modified may say.
  for (auto const second : {std::int64_t{0}, std::int64_t{-1}, year_9999}) {
    CHECK(modified_at(second, 5) == modified_at(second, 5));
    CHECK(modified_at(second, 5) != modified_at(second, 6));
    CHECK(modified_at(second, 5) != modified_at(second - 1, 5));
  }
}
