#include "api/doagent/record_text.h"

#include <catch2/catch.hpp>

using namespace freshet;
using namespace freshet::doagent;

TEST_CASE("a record of an agent download comes back as it was", "[doagent]") {
  Download download;
  download.id = *job_id_from_string("6ba7b810-9dad-11d1-80b4-00c04fd430c8");
  download.owner = 1000;
  download.uri = "http://a.example/?\"x\"";
  download.path = "/t/\xff\n\xc3\xa4";
  download.state = State::paused;
  download.error = kNoProgress;
  download.extended = kTimeout;
  download.total = UINT64_MAX;
  download.transferred = 5;
  download.no_progress_s = 20;
  download.created = WallTime{std::chrono::milliseconds{1'700'000'000'123}};
  CHECK(read_record(to_text(download)) == download);
  download.file = FileKey{UINT64_MAX, 7};
  download.job = download.id;
  CHECK(read_record(to_text(download)) == download);
}

TEST_CASE("damaged and future records of the agent are refused", "[doagent]") {
  CHECK(read_record(R"({"version":2})").error().code == Errc::store_too_new);
  for (auto const* const text : {"", "{", "[]", "{}", R"({"version":1})", R"({"version":-1})",
                                 R"({"version":1,"id":5,"state":"Paused"})"}) {
    CHECK(read_record(text).error().code == Errc::store_corrupt);
  }
}
