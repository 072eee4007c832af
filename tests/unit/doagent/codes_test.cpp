#include "api/doagent/codes.h"

#include <catch2/catch.hpp>

#include <cerrno>

#include "api/doagent/replies.h"
#include "engine/base/error_table.h"

using namespace freshet;
using namespace freshet::doagent;

TEST_CASE("every status of an origin has the code that agent clients compare", "[doagent]") {
  struct Row {
    std::vector<int> statuses;
    Code code;
  };
  std::vector<Row> const rows{
      {{400, 405, 409, 411, 412, 414, 415}, -2145844848},
      {{401}, -2145844847},
      {{403}, -2145844845},
      {{404, 410}, -2145844844},
      {{406}, -2145844842},
      {{407}, -2145844841},
      {{408}, -2145844840},
      {{413}, -2145844835},
      {{300, 500, 503}, -2145844748},
      {{501, 505}, -2145844747},
      {{305, 502, 504}, -2145844746},
      {{301, 302, 303}, -2145845245},
      {{416, 418, 429, 307}, -2145845247},
  };
  for (auto const& row : rows) {
    for (int const status : row.statuses) CHECK(code_of_status(status) == row.code);
  }
}

TEST_CASE("errors of transfers have the codes that agent clients compare", "[doagent]") {
  auto const of = [](Errc code, std::string why = {}) { return code_of({code, "x", why}); };
  CHECK(of(Errc::http_not_found) == -2145844844);
  CHECK(of(Errc::http_gone, "answered 410") == -2145844844);
  CHECK(of(Errc::http_client_error, "answered 413") == -2145844835);
  CHECK(of(Errc::http_client_error) == -2145844848);
  CHECK(of(Errc::http_server_error, "answered 502") == -2145844746);
  CHECK(of(Errc::http_unavailable, "answered 503") == -2145844748);
  CHECK(of(Errc::timed_out, "answered 408") == -2145844840);
  CHECK(of(Errc::timed_out) == -2147012894);
  CHECK(of(Errc::stalled) == -2147012894);
  CHECK(of(Errc::name_not_resolved) == -2147012889);
  CHECK(of(Errc::connect_failed) == -2147012867);
  CHECK(of(Errc::disk_full) == -1060110308);
  CHECK(of(Errc::permission_denied) == -1060110323);
  CHECK(of(Errc::path_invalid) == -1060110334);
  CHECK(of(Errc::range_not_supported) == -2133831663);
  CHECK(of(Errc::daemon_unavailable) == -2133848063);
  CHECK(small_code(EEXIST) == -1060110319);
}

TEST_CASE("no error of ours looks like success to an agent client", "[doagent]") {
  for (auto const& row : error_table()) CHECK(code_of({row.code, "", ""}) < 0);
}

TEST_CASE("408 and 429 are tried again and other refusals are not", "[doagent]") {
  CHECK_FALSE(is_fatal({Errc::timed_out, "", "answered 408"}));
  CHECK_FALSE(is_fatal({Errc::http_too_many_requests, "", ""}));
  CHECK_FALSE(is_fatal({Errc::name_not_resolved, "", ""}));
  CHECK(is_fatal({Errc::http_not_found, "", ""}));
  CHECK(is_fatal({Errc::disk_full, "", ""}));
  CHECK(proves_network({Errc::http_not_found, "", ""}));
  CHECK_FALSE(proves_network({Errc::connect_failed, "", ""}));
}

TEST_CASE("replies have the exact form that agent clients read", "[doagent]") {
  CHECK(success("{}") ==
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nServer: Freshet\r\n"
        "Content-Type: application/json\r\n\r\n{}");
  CHECK(failure(kInvalidArgument).starts_with("HTTP/1.1 400 BadRequest\r\n"));
  CHECK(failure(kNotFound).starts_with("HTTP/1.1 404 NotFound\r\n"));
  CHECK(failure(kOutOfMemory).starts_with("HTTP/1.1 503 ServiceUnavailable\r\n"));
  CHECK(failure(kFault).starts_with("HTTP/1.1 500 InternalError\r\n"));
  CHECK(failure(kNotFound).ends_with("\r\n\r\n{\"ErrorCode\":-2147023728}"));
  CHECK(success(property_json("Uri", std::string(4000, 'a'))) == failure(kDoesNotFit));
  CHECK(status_json({"Paused", 18446744073709551615U, 7, kNoProgress, kTimeout}) ==
        R"({"Status":"Paused","BytesTotal":"18446744073709551615","BytesTransferred":"7",)"
        R"("ErrorCode":"-2133843966","ExtendedErrorCode":"-2147012894"})");
}
