#include "engine/job/why_log.h"

#include <catch2/catch.hpp>

using namespace freshet;

namespace {

WallTime at(int ms) {
  return WallTime(std::chrono::milliseconds(ms));
}

}  // namespace

TEST_CASE("the decision record keeps the newest of each file", "[job]") {
  WhyLog log;
  log.put(0, "{\"a\":1}", 100);
  log.put(1, "{\"b\":1}", 100);
  log.put(0, "{\"a\":2}", 100);

  CHECK(log.text() ==
        "{\"files\":[{\"file\":1,\"transfer\":{\"b\":1}},{\"file\":0,\"transfer\":{\"a\":2}}],"
        "\"states\":[],\"left_out\":0}");
}

TEST_CASE("the decision record stays within its limit and says what it left out", "[job]") {
  WhyLog log;
  for (std::uint32_t i = 0; i < 100; ++i) log.put(i, "{\"k\":\"0123456789\"}", 40);

  CHECK(log.text().size() < 140);
  CHECK(log.text().ends_with("\"left_out\":98}"));
}

TEST_CASE("the decision record goes on where an earlier run ended", "[job]") {
  WhyLog before;
  Error const error{Errc::disk_full, "/a \"b\" ]}", "a \\ and a {"};
  before.put(3, R"({"text":"quotes \" and ] and } \\"})", 100);
  before.put(4, R"({"files":[],"states":[{"x":1}]})", 100);
  before.moved(at(5), "transient_error", &error);
  before.moved(at(6), "queued", nullptr);
  WhyLog after;

  after.set_earlier(before.text());
  CHECK(after.text() == before.text());

  after.put(3, "{}", 100);
  after.moved(at(7), "error", nullptr);
  CHECK(after.text().find("\"quotes") == std::string::npos);
  CHECK(after.text().find("disk_full") != std::string::npos);
  CHECK(after.text().find("{\"at\":7,\"state\":\"error\"}") != std::string::npos);
}

TEST_CASE("of what is no decision record nothing is kept", "[job]") {
  for (std::string const text :
       {"", "{}", "{\"files\":[{\"file\":", "{\"files\":[{}],\"states\":["}) {
    WhyLog log;
    log.set_earlier(text);
    CHECK(log.text() == "{\"files\":[],\"states\":[],\"left_out\":0}");
  }
}

TEST_CASE("of a job's states the first and the last are kept", "[job]") {
  WhyLog log;
  for (int i = 0; i < 1000; ++i) log.moved(at(i), i % 2 == 0 ? "queued" : "connecting", nullptr);

  auto const text = log.text();
  CHECK(text.size() < WhyLog::kStatesMax * 60);
  CHECK(text.find("{\"at\":0,") != std::string::npos);
  CHECK(text.find("{\"at\":999,") != std::string::npos);
}
