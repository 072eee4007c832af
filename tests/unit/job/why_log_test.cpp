#include "engine/job/why_log.h"

#include <catch2/catch.hpp>

using namespace freshet;

TEST_CASE("the decision record keeps the newest of each file", "[job]") {
  WhyLog log;
  log.set_earlier("{\"files\":[],\"left_out\":7}");
  CHECK(log.text() == "{\"files\":[],\"left_out\":7}");

  log.put(0, "{\"a\":1}", 100);
  log.put(1, "{\"b\":1}", 100);
  log.put(0, "{\"a\":2}", 100);

  CHECK(log.text() ==
        "{\"files\":[{\"file\":1,\"transfer\":{\"b\":1}},{\"file\":0,\"transfer\":{\"a\":2}}],"
        "\"left_out\":0}");
}

TEST_CASE("the decision record stays within its limit and says what it left out", "[job]") {
  WhyLog log;
  for (std::uint32_t i = 0; i < 100; ++i) log.put(i, "{\"k\":\"0123456789\"}", 40);

  CHECK(log.text().size() < 140);
  CHECK(log.text().ends_with("\"left_out\":98}"));
}
