#include "api/node/http/prefer.h"

#include <catch2/catch.hpp>

using namespace freshet;
using namespace freshet::node;
using namespace std::chrono_literals;

namespace {

Duration wait_of(std::initializer_list<char const*> values) {
  Fields fields;
  for (auto const* const value : values) fields.add("Prefer", value);
  return preferred_wait(fields);
}

}  // namespace

TEST_CASE("how long a client waits is read from Prefer", "[node]") {
  CHECK(wait_of({}) == 0s);
  CHECK(wait_of({"wait=20"}) == 20s);
  CHECK(wait_of({"respond-async, WAIT = 7; foo=1"}) == 7s);
  CHECK(wait_of({"return=minimal", "wait=3, wait=9"}) == 3s);
}

TEST_CASE("what Prefer says of waiting and cannot be read means no time", "[node]") {
  for (auto const* const value : {"wait", "wait=", "wait=-1", "wait=1.5", "wait=x", "\"wait=5\"",
                                  "await=5", "wait=99999999999999999999"}) {
    INFO(value);
    CHECK(wait_of({value}) == 0s);
  }
  CHECK(wait_of({"wait=999999"}) == 1h);
}
