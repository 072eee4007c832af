#include "api/cli/exit_code.h"

#include <catch2/catch.hpp>

#include "engine/base/error_table.h"

using namespace freshet;
using namespace freshet::cli;

TEST_CASE("every error has an exit code of its documented class", "[cli]") {
  CHECK(exit_code(Errc::invalid_argument) == 2);
  CHECK(exit_code(Errc::connect_failed) == 3);
  CHECK(exit_code(Errc::http_not_found) == 4);
  CHECK(exit_code(Errc::digest_mismatch) == 5);
  CHECK(exit_code(Errc::tls_failed) == 5);
  CHECK(exit_code(Errc::disk_full) == 6);
  CHECK(exit_code(Errc::file_exists) == 6);
  CHECK(exit_code(Errc::store_locked) == 7);
  CHECK(exit_code(Errc::job_not_found) == 8);
  CHECK(exit_code(Errc::internal) == 1);
  for (auto const& row : error_table()) {
    INFO(row.name);
    CHECK(exit_code(row.code) >= 1);
    CHECK(exit_code(row.code) <= 8);
  }
}
