#include "engine/job/spec_check.h"

#include <catch2/catch.hpp>

using namespace freshet;

namespace {

FileSpec good() {
  FileSpec file;
  file.urls = {"http://host/file"};
  file.path = "/tmp/file";
  return file;
}

// Nothing when the file is accepted.
std::optional<Errc> refusal(FileSpec const& file, JobOptions const& options = {}) {
  auto const checked = check_files(std::vector{file}, 0, options);
  if (checked) return std::nullopt;
  return checked.error().code;
}

template <typename Change>
std::optional<Errc> refusal_with(Change const& change) {
  auto file = good();
  change(file);
  return refusal(file);
}

}  // namespace

TEST_CASE("a file with a URL and an absolute path is accepted", "[job]") {
  CHECK_FALSE(refusal(good()));
  CHECK_FALSE(refusal_with([](FileSpec& file) { file.urls = {"HTTPS://Host:8443/a%20b?x=y"}; }));
}

TEST_CASE("paths that do not name one place are refused", "[job]") {
  for (std::string const path : {"", "file", "./file", "/", "/tmp/", "/tmp/../etc/x", "/tmp/.."}) {
    INFO(path);
    CHECK(refusal_with([&](FileSpec& file) { file.path = path; }) == Errc::path_invalid);
  }
}

TEST_CASE("sources that cannot work are refused", "[job]") {
  CHECK(refusal_with([](FileSpec& file) { file.urls = {"ftp://host/x"}; }) ==
        Errc::unsupported_scheme);
  CHECK(refusal_with([](FileSpec& file) { file.urls = {"file:///etc/passwd"}; }) ==
        Errc::unsupported_scheme);
  CHECK(refusal_with([](FileSpec& file) { file.urls.clear(); }) == Errc::invalid_argument);
  CHECK(refusal_with([](FileSpec& file) { file.urls = {"http://"}; }) == Errc::invalid_argument);
  CHECK(refusal_with([](FileSpec& file) {
          file.urls = {"http://host/" + std::string(2200, 'x')};
        }) == Errc::invalid_argument);
  CHECK(refusal_with([](FileSpec& file) { file.urls.assign(17, "http://host/x"); }) ==
        Errc::limit_reached);
}

TEST_CASE("an error about a URL shows neither its query nor its credentials", "[job]") {
  auto file = good();
  file.urls = {"ftp://user:secret@host/x?token=secret"};

  auto const checked = check_files(std::vector{file}, 0, {});

  REQUIRE_FALSE(checked);
  CHECK(describe(checked.error()).find("secret") == std::string::npos);
}

TEST_CASE("ranges are refused when empty or when they share a byte in any order", "[job]") {
  CHECK(refusal_with([](FileSpec& file) { file.ranges = {{5, 5}}; }) == Errc::invalid_range);
  CHECK(refusal_with([](FileSpec& file) {
          file.ranges = {{10, 20}, {0, 11}};
        }) == Errc::overlapping_ranges);
  CHECK_FALSE(refusal_with([](FileSpec& file) { file.ranges = {{10, 20}, {0, 10}}; }));
  CHECK(refusal_with([](FileSpec& file) {
          for (Bytes i = 0; i <= 500; ++i) file.ranges.push_back({2 * i, 2 * i + 1});
        }) == Errc::too_many_ranges);
  CHECK_FALSE(refusal_with([](FileSpec& file) { file.ranges = {{10, kToEnd}, {0, 10}}; }));
}

TEST_CASE("two files of one call cannot have the same path", "[job]") {
  auto const checked = check_files(std::vector{good(), good()}, 0, {});

  REQUIRE_FALSE(checked);
  CHECK(checked.error().code == Errc::invalid_argument);
}

TEST_CASE("the number of files of a job has a limit", "[job]") {
  JobOptions options;
  options.files_per_job_max = 3;
  auto second = good();
  second.path = "/tmp/second";

  CHECK(check_files(std::vector{good(), second}, 1, options));
  CHECK(check_files(std::vector{good(), second}, 2, options).error().code == Errc::too_many_files);
}

TEST_CASE("a job needs a name of bounded length and well formed headers", "[job]") {
  auto const code = [](JobSpec const& spec) {
    auto const checked = check_job(spec, {});
    return checked ? std::nullopt : std::optional(checked.error().code);
  };

  CHECK_FALSE(code({.name = std::string(256, 'x')}));
  CHECK(code({.name = ""}) == Errc::invalid_argument);
  CHECK(code({.name = std::string(257, 'x')}) == Errc::invalid_argument);
  std::string umlauts;
  for (int i = 0; i < 256; ++i) umlauts += "\u00fc";
  CHECK_FALSE(code({.name = umlauts}));
  CHECK(code({.name = umlauts + "x"}) == Errc::invalid_argument);
  CHECK_FALSE(code({.name = "x", .headers = {{"X-Thing", "value"}}}));
  CHECK(code({.name = "x", .headers = {{"X-Thing", "a\r\nHost: evil"}}}) == Errc::invalid_argument);
  CHECK(code({.name = "x", .headers = {{"X Thing", "value"}}}) == Errc::invalid_argument);
  CHECK(code({.name = "x", .headers = {{"X", std::string(20'000, 'v')}}}) == Errc::limit_reached);
}

TEST_CASE("what an application keeps with jobs and files is bounded", "[job]") {
  auto file = good();

  CHECK(check_job({.name = "x", .app_data = std::string(16'384, 'x')}, {}));
  auto const job = check_job({.name = "x", .app_data = std::string(16'385, 'x')}, {});
  CHECK(job.error().code == Errc::limit_reached);
  file.app_data.assign(4096, 'x');
  CHECK(check_files(std::vector{file}, 0, {}));
  file.app_data += 'x';
  CHECK(check_files(std::vector{file}, 0, {}).error().code == Errc::limit_reached);
}

TEST_CASE("a notify command begins with an absolute path and is bounded", "[job]") {
  auto const code = [](std::vector<std::string> command) {
    auto const checked = check_job({.name = "x", .notify_command = std::move(command)}, {});
    return checked ? std::nullopt : std::optional(checked.error().code);
  };

  CHECK_FALSE(code({"/bin/true", "--with", "words"}));
  CHECK(code({"true"}) == Errc::invalid_argument);
  CHECK(code({"/bin/true", std::string(4000, 'x')}) == Errc::limit_reached);
  CHECK(code({"/bin/true", std::string("a\0b", 3)}) == Errc::invalid_argument);
}

TEST_CASE("administrators are bound by memory alone", "[job]") {
  JobOptions options;
  options.files_per_job_max = 3;
  CHECK(limits_for({1000, false}, options).files_per_job_max == 3);
  CHECK(limits_for({0, true}, options).files_per_job_max == 200'000);
  CHECK(limits_for({0, true}, options).header_chars_max == options.header_chars_max);
}
