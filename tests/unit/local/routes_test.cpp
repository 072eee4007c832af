#include <catch2/catch.hpp>

#include "api/local/routes.h"

using namespace freshet;
using namespace freshet::local;

namespace {

std::string name_of(std::string_view method, std::string_view path) {
  std::string allowed;
  auto const match = find_route(method, path, allowed);
  if (!match) return "none";
  return match->route == nullptr ? "only " + allowed : std::string(match->route->name);
}

}  // namespace

TEST_CASE("a path finds its route and the values of its parts", "[local]") {
  std::string allowed;
  auto const match = find_route("PUT", "/v1/jobs/7%2d/files/12/urls", allowed);
  REQUIRE(match);
  REQUIRE(match->route != nullptr);
  CHECK(match->route->operation == Operation::set_urls);
  CHECK(match->values == std::vector<std::string>{"7-", "12"});
}

TEST_CASE("other methods of a path are named and other paths are none", "[local]") {
  CHECK(name_of("GET", "/v1/jobs") == "list_jobs");
  CHECK(name_of("POST", "/v1/jobs") == "create_job");
  CHECK(name_of("DELETE", "/v1/jobs") == "only GET, POST");
  CHECK(name_of("GET", "/v1/jobs/a/files/b") == "only PATCH");
  for (auto const* const path : {"", "/", "/v1/jobs/", "v1/jobs", "/v1//jobs", "/v1/jobs/a/",
                                 "/v1/jobs//files", "/v1/jobs/a/files/b/c", "/v1/jobs/%00"}) {
    CHECK(name_of("GET", path) == "none");
  }
}

TEST_CASE("no two routes have the same name or the same method and form", "[local]") {
  auto const all = routes();
  for (std::size_t i = 0; i < all.size(); ++i) {
    CHECK(static_cast<std::size_t>(all[i].operation) == i);
    for (std::size_t k = 0; k < i; ++k) {
      CHECK(all[i].name != all[k].name);
      CHECK((all[i].method != all[k].method || all[i].path != all[k].path));
    }
  }
}

TEST_CASE("a query is decoded and what cannot be understood is refused", "[local]") {
  auto const query = parse_query("a=1&b=x%20y&&c");
  REQUIRE(query);
  CHECK(*query == Query{{"a", "1"}, {"b", "x y"}, {"c", ""}});
  for (auto const* const text : {"a=1&a=2", "a=%", "a=%4", "%zz=1", "a=%00"}) {
    auto const wrong = parse_query(text);
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().code == Errc::invalid_argument);
  }
  std::string many;
  for (int i = 0; i < 17; ++i) many += "k" + std::to_string(i) + "=1&";
  CHECK_FALSE(parse_query(many));
}
