#include "api/cli/json_text.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace freshet;
using namespace freshet::cli;

TEST_CASE("a job as JSON keeps its shape", "[cli]") {
  JobInfo job;
  job.spec.name = "x";
  job.state = JobState::error;
  job.progress = {.bytes_done = 1, .files_total = 1};
  job.error = JobError{{Errc::http_gone, "http://host/x", "answered 410"}, 0};
  job.created = WallTime{std::chrono::milliseconds{1'500}};

  auto const value = to_json(job);

  CHECK(value.at("id") == "00000000-0000-0000-0000-000000000000");
  CHECK(value.at("state") == "error");
  CHECK(value.at("priority") == "foreground");
  CHECK(value.at("created") == "1970-01-01T00:00:01Z");
  CHECK(value.at("transferred").is_null());
  CHECK(value.at("progress").at("bytes_total").is_null());
  CHECK(value.at("error").at("code") == "http_gone");
  CHECK(value.at("error").at("file") == 0);
  CHECK(value.at("error").at("transient") == false);
}

TEST_CASE("URLs in JSON show neither credentials nor query", "[cli]") {
  FileInfo file;
  file.spec.urls = {"http://user:secret@host/x?token=secret"};
  file.spec.path = "/tmp/x";

  auto const text = line_of(to_json(file));

  CHECK(text.find("secret") == std::string::npos);
  CHECK(text.find("http://host/x") != std::string::npos);
}

TEST_CASE("a name that is no UTF-8 still gives one line of JSON", "[cli]") {
  FileInfo file;
  file.spec.path = "/tmp/\xff\n";

  auto const text = line_of(to_json(file));

  CHECK(text.find('\n') == std::string::npos);
  CHECK_NOTHROW(nlohmann::json::parse(text));
}
