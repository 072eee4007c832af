#include "api/node/http/cache_control.h"

#include <catch2/catch.hpp>

#include "api/node/http/structured.h"

using namespace freshet::node;
using namespace std::chrono_literals;
using Names = std::vector<std::string>;

namespace {

ResponseControl of(std::initializer_list<Field> lines) {
  Fields fields;
  for (auto const& line : lines) fields.add(line.name, line.value);
  return response_cache_control(fields);
}

}  // namespace

TEST_CASE("directives are read in any case with or without quotes", "[node][http]") {
  auto const control = parse_cache_control(
      "Max-Age=60, s-maxage=\"70\",NO-TRANSFORM,,must-revalidate , stale-while-revalidate=5,"
      "stale-if-error=6, future=\"a, no-store\", public");
  CHECK(control.max_age == 60s);
  CHECK(control.s_maxage == 70s);
  CHECK(control.no_transform);
  CHECK(control.must_revalidate);
  CHECK(control.stale_while_revalidate == 5s);
  CHECK(control.stale_if_error == 6s);
  CHECK(control.is_public);
  CHECK_FALSE(control.no_store);
}

TEST_CASE("freshness that is malformed or doubled is none", "[node][http]") {
  for (auto const text :
       {"max-age", "max-age=", "max-age=-1", "max-age=1.5", "max-age=x", "max-age=\"60",
        "max-age =60", "max-age= 60", "max-age=60, max-age=70", "max-age=60;x"}) {
    INFO(text);
    CHECK(parse_cache_control(text).max_age == 0s);
  }
  CHECK(parse_cache_control("max-age=60, max-age=60").max_age == 60s);
  CHECK(parse_cache_control("max-age=99999999999999999999999").max_age == 2147483648s);
  CHECK(parse_cache_control("max-age=4294967296").max_age == 2147483648s);
  CHECK(parse_cache_control("min-fresh=x").min_fresh == std::nullopt);
  CHECK(parse_cache_control("stale-if-error=x").stale_if_error == std::nullopt);
}

TEST_CASE("directives with names of fields hold for these alone", "[node][http]") {
  auto const control = parse_cache_control("private=\"X, set-cookie\", no-cache=\"Y\"");
  CHECK(control.private_fields == Names{"x", "set-cookie"});
  CHECK(control.no_cache_fields == Names{"y"});
  CHECK_FALSE(control.is_private);
  CHECK_FALSE(control.no_cache);
  for (auto const text :
       {"private", "private=\"\"", "private=\"a b\"", "private=\"a", "private="}) {
    INFO(text);
    CHECK(parse_cache_control(text).is_private);
  }
  CHECK(parse_cache_control("no-cache, no-cache=\"a\"").no_cache);
  CHECK(parse_cache_control("no-store=whatever").no_store);
}

TEST_CASE("max-stale without a number accepts any age", "[node][http]") {
  CHECK(parse_cache_control("max-stale").max_stale_any);
  CHECK(parse_cache_control("max-stale=5").max_stale == 5s);
  CHECK_FALSE(parse_cache_control("max-stale=x").max_stale_any);
}

TEST_CASE("a list of directives without end is taken for no-store", "[node][http]") {
  std::string list;
  for (int i = 0; i < 200; ++i) list += "a,";
  CHECK(parse_cache_control(list).no_store);
}

TEST_CASE("Pragma counts where there is no Cache-Control", "[node][http]") {
  Fields fields;
  fields.add("Pragma", "x, No-Cache");
  CHECK(request_cache_control(fields).no_cache);
  fields.add("Cache-Control", "max-age=5");
  CHECK_FALSE(request_cache_control(fields).no_cache);
}

TEST_CASE("CDN-Cache-Control takes the place of Cache-Control", "[node][http]") {
  auto const both = of({{"Cache-Control", "no-store"}, {"CDN-Cache-Control", "max-age=60"}});
  CHECK(both.targeted);
  CHECK(both.directives.max_age == 60s);
  CHECK_FALSE(both.directives.no_store);
  CHECK(of({{"CDN-Cache-Control", "no-store, private;x=1, no-cache=\"a\""}}).directives.no_store);
  CHECK_FALSE(of({{"CDN-Cache-Control", "no-store=?0"}}).directives.no_store);
  CHECK(of({{"CDN-Cache-Control", "max-age=1"}, {"CDN-Cache-Control", "max-age=2"}})
            .directives.max_age == 2s);
}

TEST_CASE("a targeted field that is malformed or empty is not there", "[node][http]") {
  for (auto const text :
       {"", "max-age=60,", "max-age=60, NO-STORE", "max-age=\"60", "a=(1 2", "max-age 60"}) {
    INFO(text);
    auto const control = of({{"Cache-Control", "no-store"}, {"CDN-Cache-Control", text}});
    CHECK_FALSE(control.targeted);
    CHECK(control.directives.no_store);
  }
  // Of another type, one directive says nothing.
  auto const odd = of({{"CDN-Cache-Control", "max-age=\"60\", no-store"}});
  CHECK(odd.directives.max_age == std::nullopt);
  CHECK(odd.directives.no_store);
}

TEST_CASE("dictionaries of structured fields are read strictly", "[node][http]") {
  auto const members = parse_dictionary(
      "a=1, b=-2.5;q=\"x\" ,\tc=?0, d, e=\"q\\\"\\\\\", f=tok/en, g=:YQ==:, "
      "h=(1 \"a\";x );y, a=2, *k=1");
  REQUIRE(members);
  REQUIRE(members->size() == 9);
  CHECK(members->at(0).value == SfValue(-2.5));
  CHECK(members->at(1).value == SfValue(false));
  CHECK(members->at(2).value == SfValue(true));
  CHECK(members->at(3).value == SfValue(std::string("q\"\\")));
  CHECK(members->at(4).value == SfValue(SfToken{"tok/en"}));
  CHECK(members->at(5).value == SfValue(SfBytes{"YQ=="}));
  CHECK(members->at(7).key == "a");
  CHECK(members->at(7).value == SfValue(std::int64_t{2}));
  for (auto const text :
       {"A=1", "1=1", "a=1 b=2", "a=1,,b", "a=1,", "a=\"x", "a=\"\\n\"", "a=?2", "a=1.", "a=1.2345",
        "a=1234567890123456", "a=-", "a=(1", "a=(1,2)", "a=:x", "a;B=1", "a = 1", "a=\x80"}) {
    INFO(text);
    CHECK_FALSE(parse_dictionary(text));
  }
  CHECK(parse_dictionary("")->empty());
}
