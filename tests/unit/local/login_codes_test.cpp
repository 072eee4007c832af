#include <catch2/catch.hpp>

#include <vector>

#include "api/local/login_codes.h"

using namespace freshet;
using namespace freshet::local;

namespace {

TimePoint const kStart = TimePoint{} + std::chrono::hours{1};

}  // namespace

TEST_CASE("a code gives the token once and never again", "[local]") {
  LoginCodes codes;
  codes.set_token("token");
  auto const code = codes.make(kStart);
  REQUIRE(code);

  CHECK(codes.redeem(*code, kStart).value() == "token");
  auto const again = codes.redeem(*code, kStart);
  REQUIRE_FALSE(again);
  CHECK(again.error().code == Errc::access_denied);
}

TEST_CASE("a code ends after its time and what was never one gives nothing", "[local]") {
  LoginCodes codes;
  codes.set_token("token");
  auto const code = codes.make(kStart).value();
  auto const other = codes.make(kStart).value();
  CHECK(code != other);
  CHECK(code.size() == 64);

  CHECK_FALSE(codes.redeem("", kStart));
  CHECK_FALSE(codes.redeem(std::string(64, '0'), kStart));
  CHECK_FALSE(codes.redeem(code, kStart + LoginCodes::kValidFor));
  CHECK(codes.redeem(other, kStart + LoginCodes::kValidFor - Duration{1}));
}

TEST_CASE("of many codes the newest are kept", "[local]") {
  LoginCodes codes;
  codes.set_token("token");
  std::vector<std::string> made;
  for (std::size_t i = 0; i <= LoginCodes::kCodesMax; ++i) {
    made.push_back(codes.make(kStart + std::chrono::seconds{i}).value());
  }

  auto const now = kStart + std::chrono::seconds{30};
  CHECK_FALSE(codes.redeem(made.front(), now));
  for (std::size_t i = 1; i < made.size(); ++i) CHECK(codes.redeem(made[i], now));
}

TEST_CASE("where nobody comes in over TCP there are no codes", "[local]") {
  LoginCodes codes;
  auto const code = codes.make(kStart);
  REQUIRE_FALSE(code);
  CHECK(code.error().code == Errc::not_supported);
}
