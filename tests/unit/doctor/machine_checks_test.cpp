#include "api/doctor/machine_checks.h"

#include <catch2/catch.hpp>

#include "tests/unit/doctor/doctor_text.h"

using namespace freshet;
using namespace freshet::doctor;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

DiskFacts good_disk() {
  return {"/data", 100_GiB, 50_GiB, 1'000'000, true, 32_MiB, 100ms, 5ms, std::nullopt};
}

}  // namespace

TEST_CASE("a clock of long ago is an error and one that nobody keeps a note", "[doctor]") {
  CHECK(worst(judge_clock({WallTime(1h), true})) == Severity::error);
  auto const now = WallTime(std::chrono::hours{24 * 365 * 56});
  CHECK(worst(judge_clock({now, false})) == Severity::note);
  CHECK(worst(judge_clock({now, true})) == Severity::ok);
  CHECK(worst(judge_clock({now, std::nullopt})) == Severity::ok);
}

TEST_CASE("a disk is judged by space and files and speed and syncs", "[doctor]") {
  CHECK(worst(judge_disk(good_disk())) == Severity::ok);

  auto full = good_disk();
  full.free = 10_MiB;
  CHECK(says(judge_disk(full), "error disk: 10.0 MiB of 102400.0 MiB are free in /data. -> Free"));
  auto tight = good_disk();
  tight.free = 1_GiB;
  CHECK(worst(judge_disk(tight)) == Severity::warning);
  auto many = good_disk();
  many.files_free = 3;
  CHECK(says(judge_disk(many), "Only 3 more files"));
  many.counts_files = false;
  CHECK(worst(judge_disk(many)) == Severity::ok);
  auto slow = good_disk();
  slow.took = 32s;
  CHECK(says(judge_disk(slow), "warning disk: It takes 1.0 MiB a second"));
  auto waits = good_disk();
  waits.sync = 300ms;
  CHECK(says(judge_disk(waits), "warning disk: A small write is durable after 300 ms"));
}

TEST_CASE("a disk that cannot be written names its error", "[doctor]") {
  auto broken = good_disk();
  broken.error = Error{Errc::disk_full, "/data", "No space left on device"};

  auto const findings = judge_disk(broken);

  CHECK(says(findings, "error disk: /data: No space left on device (disk_full)"));
}

TEST_CASE("the disk of a real folder is measured", "[doctor]") {
  auto const facts = look_at_disk("/tmp/not/there");

  CHECK(facts.directory == "/tmp");
  CHECK_FALSE(facts.error);
  CHECK(facts.size > 0);
  CHECK(facts.written > 0);
  CHECK(facts.took > 0ns);
}

TEST_CASE("few open files are told with the command that raises them", "[doctor]") {
  CHECK(worst(judge_limits({1'048'576, 1'048'576})) == Severity::ok);
  CHECK(says(judge_limits({1024, 1'048'576}), "note limits: Only 1024"));
  CHECK(says(judge_limits({256, 512}), "ulimit -n 512"));
  CHECK(worst(judge_limits({256, 512})) == Severity::error);
}

TEST_CASE("proxies are told without their credentials", "[doctor]") {
  auto const findings = judge_proxies(
      {{"https_proxy", "http://me:secret@proxy:3128"}, {"no_proxy", "localhost,mirror.example"}},
      "https://mirror.example/file");

  CHECK(says(findings, "https_proxy sends requests through http://"));
  CHECK_FALSE(says(findings, "secret"));
  CHECK(says(findings, "mirror.example is exempt"));
}

TEST_CASE("no_proxy exempts hosts and what is under domains and nothing that ends alike",
          "[doctor]") {
  auto const direct = [](std::string const& list) {
    auto const findings = judge_proxies({{"http_proxy", "http://proxy:3128"}, {"no_proxy", list}},
                                        "http://a.mirror.example/file");
    return says(findings, "a.mirror.example is exempt");
  };
  for (auto const* list : {"*", "a.mirror.example", "x, mirror.example", "x,.example"}) {
    INFO(list);
    CHECK(direct(list));
  }
  for (auto const* list : {"", "ror.example", "b.mirror.example", "a.mirror.example.org", ", ,"}) {
    INFO(list);
    CHECK_FALSE(direct(list));
  }
}

TEST_CASE("a proxy in capital letters that nobody heeds is a warning", "[doctor]") {
  auto const findings = judge_proxies({{"HTTP_PROXY", "http://proxy:3128"}}, "");
  CHECK(says(findings, "warning proxy: HTTP_PROXY is set"));
  CHECK(says(judge_proxies({}, ""), "ok proxy: No proxy"));
}
