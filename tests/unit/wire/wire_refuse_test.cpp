// What is refused, and how the refusal names it.
#include <catch2/catch.hpp>

#include "api/wire/wire.h"

using namespace freshet;
using namespace freshet::wire;

namespace {

template <typename T>
std::string complaint(std::string_view text) {
  auto const value = read<T>(text);
  if (value) return "accepted";
  CHECK(value.error().code == Errc::invalid_argument);
  return value.error().where + " " + value.error().why;
}

}  // namespace

TEST_CASE("the least a request needs is enough and the rest has defaults", "[wire]") {
  auto const job = read<NewJobRequest>(
      R"({"spec": {"name": "x"}, "files": [{"path": "/a", "urls": ["http://h/a"]}]})");

  REQUIRE(job);
  CHECK(job->spec == JobSpec{.name = "x"});
  CHECK(job->files.at(0) == FileSpec{.urls = {"http://h/a"}, .path = "/a"});
  CHECK_FALSE(job->start);
}

TEST_CASE("a refusal names the member", "[wire]") {
  CHECK(complaint<NewJobRequest>(R"({"spec": {"name": "x", "colour": 1}})") ==
        "spec.colour is not known here");
  CHECK(complaint<NewJobRequest>(R"({"spec": {}})") == "spec.name is missing");
  CHECK(complaint<NewJobRequest>(R"({"spec": {"name": 1}})") == "spec.name is no string");
  CHECK(complaint<NewJobRequest>(R"([])") == "JSON is no object");
  CHECK(complaint<NewJobRequest>(R"({"spec": {"name": "x"}, "files": {}})") == "files is no array");
  CHECK(complaint<FilesRequest>(R"({"files": [{"path": "/a"}, {"path": "/b", "sha256": "1"}]})") ==
        "files[1].sha256 is not 64 hexadecimal digits");
  CHECK(complaint<FilesRequest>(R"({"files": [{"path": "/a", "ranges": [{"end": 1}]}]})") ==
        "files[0].ranges[0].begin is missing");
  CHECK(complaint<FilesRequest>(R"({"files": [1]})") == "files[0] is no object");
  CHECK(complaint<JobSpec>(R"({"name": "x", "priority": "urgent"})") ==
        "priority is none of the names it can have");
  CHECK(complaint<JobSpec>(R"({"name": "x", "priority": 1})") == "priority is no name");
  CHECK(complaint<JobSpec>(R"({"name": {"base64": "?"}})") == "name is no base64");
}

TEST_CASE("numbers that do not fit are refused", "[wire]") {
  CHECK(complaint<JobSpec>(R"({"name": "x", "connections": -1})") ==
        "connections is no whole number from 0 on");
  CHECK(complaint<JobSpec>(R"({"name": "x", "connections": 1.5})") ==
        "connections is no whole number from 0 on");
  CHECK(complaint<JobSpec>(R"({"name": "x", "connections": 4294967296})") ==
        "connections is too large");
  CHECK(complaint<JobSpec>(R"({"name": "x", "size_max": 18446744073709551616})") ==
        "size_max is no whole number from 0 on");
  CHECK(complaint<JobSpec>(R"({"name": "x", "retry_delay_min_ms": 18446744073709551615})") ==
        "retry_delay_min_ms is too long");
  CHECK(complaint<JobSpec>(R"({"name": "x", "retry_delay_min_ms": "5"})") ==
        "retry_delay_min_ms is no whole number of milliseconds");
}

TEST_CASE("a duration shorter than a millisecond does not become none", "[wire]") {
  JobSpec spec{.name = "x"};
  spec.retry_delay_min = Duration{1};

  CHECK(read<JobSpec>(write(spec))->retry_delay_min == std::chrono::milliseconds{1});
}

TEST_CASE("the end of a file is null and not a large number", "[wire]") {
  FileSpec spec{.path = "/a", .ranges = {{10, kToEnd}}};

  CHECK(write(spec).find(R"({"begin":10,"end":null})") != std::string::npos);
  CHECK(read<FileSpec>(write(spec)) == spec);
  CHECK(read<FileSpec>(R"({"path": "/a", "ranges": [{"begin": 10}]})") == spec);
}

TEST_CASE("answers of a newer daemon may have members that are not known", "[wire]") {
  constexpr auto kText = R"({"files_placed": 1, "files_dropped": 2, "files_linked": 3})";

  CHECK_FALSE(read<Completion>(kText));
  CHECK(read<Completion>(kText, Unknown::ignore) == Completion{1, 2});
}

TEST_CASE("text that would cost more than it is worth is not even parsed", "[wire]") {
  auto const deep = std::string(kDepthMax + 1, '[') + std::string(kDepthMax + 1, ']');
  CHECK(read<JobSpec>(deep).error().code == Errc::limit_reached);
  std::string many = "[";
  for (std::size_t i = 0; i <= kValuesMax; ++i) many += "0,";
  CHECK(read<JobSpec>(many + "0]").error().code == Errc::limit_reached);
  CHECK(read<JobSpec>(std::string(kTextBytesMax + 1, ' ')).error().code == Errc::limit_reached);
  CHECK(read<JobSpec>("{").error().code == Errc::invalid_argument);
  CHECK(read<JobSpec>("").error().code == Errc::invalid_argument);
  CHECK(read<JobSpec>("{\"name\": \"\xff\"}").error().code == Errc::invalid_argument);
  // Brackets within strings are no depth.
  CHECK(read<JobSpec>(R"({"name": "[[[[[[[[[[[[[[[[[[[[\"[[[[[[[[[[["})"));
}
