#include "api/node/http/fields.h"

#include <catch2/catch.hpp>

using namespace freshet::node;

TEST_CASE("fields keep their order and are found in any case", "[node][http]") {
  Fields fields;
  fields.add("Accept", "a");
  fields.add("VARY", "x");
  fields.add("accept", "b");

  CHECK(fields.count("ACCEPT") == 2);
  CHECK(fields.first("Accept") == "a");
  CHECK(fields.only("Accept") == std::nullopt);
  CHECK(fields.only("vary") == "x");
  CHECK(fields.joined("Accept") == "a, b");
  CHECK(fields.joined("Age") == std::nullopt);
  std::string text;
  fields.append_to(text);
  CHECK(text == "Accept: a\r\nVARY: x\r\naccept: b\r\n");
}

TEST_CASE("setting a field takes the place of all of its name", "[node][http]") {
  Fields fields;
  fields.add("Age", "1");
  fields.add("Via", "a");
  fields.add("age", "2");

  fields.set("Age", "3");

  CHECK(fields.size() == 2);
  CHECK(fields.only("Age") == "3");
  CHECK(fields.remove("Via") == 1);
  CHECK(fields.remove("Via") == 0);
  CHECK_FALSE(fields.has("Via"));
}

TEST_CASE("fields are the same when names differ in case alone", "[node][http]") {
  Fields a;
  Fields b;
  a.add("Age", "1");
  b.add("age", "1");
  CHECK(a == b);
  b.add("Via", "x");
  CHECK_FALSE(a == b);
}
