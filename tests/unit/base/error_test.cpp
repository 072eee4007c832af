#include "freshet/error.h"

#include <set>

#include <catch2/catch.hpp>

#include "engine/base/error_table.h"

using namespace freshet;

TEST_CASE("every error has a name of its own and says what to do", "[error]") {
  std::set<std::string_view> names;
  for (auto const& row : error_table()) {
    CHECK(names.insert(row.name).second);
    CHECK(name(row.code) == row.name);
    CHECK(row.advice.ends_with('.'));
    CHECK((row.hresult & 0x80000000U) != 0);
  }
  CHECK(names.size() > 60);
}

TEST_CASE("an error reads as a sentence", "[error]") {
  Error const error{Errc::disk_full, "/data", "3 MiB free, 10 MiB needed"};
  CHECK(describe(error) ==
        "/data: 3 MiB free, 10 MiB needed (disk_full). Free space on that disk, then resume the "
        "job.");
}
