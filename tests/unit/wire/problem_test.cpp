#include "api/wire/problem.h"

#include <catch2/catch.hpp>

#include "engine/base/error_table.h"

using namespace freshet;
using namespace freshet::wire;

TEST_CASE("every error comes back from a problem document as it was", "[wire]") {
  for (auto const& row : error_table()) {
    Error const error{row.code, "files[1] \"x\"", "was\nwrong"};
    CHECK(read_problem(write_problem(error)) == error);
    CHECK(http_status(row.code) >= 400);
    CHECK(http_status(row.code) < 600);
  }
}

TEST_CASE("a problem document says what to do", "[wire]") {
  auto const text = write_problem({Errc::disk_full, "/srv", "no space"});

  CHECK(text.find(R"("status":507)") != std::string::npos);
  CHECK(text.find(R"("code":"disk_full")") != std::string::npos);
  CHECK(text.find(std::string(advice(Errc::disk_full))) != std::string::npos);
}

TEST_CASE("what is no problem document is an error of the protocol", "[wire]") {
  CHECK(read_problem("<html>").code == Errc::protocol_error);
  CHECK(read_problem("{}").code == Errc::protocol_error);
  auto const newer = read_problem(R"({"code":"of_tomorrow","why":"something"})");
  CHECK(newer.code == Errc::internal);
  CHECK(newer.why == "of_tomorrow: something");
}
