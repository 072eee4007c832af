#include <catch2/catch.hpp>

#include <set>

#include "api/local/answers.h"
#include "api/local/page_answer.h"
#include "api/page/page.h"

using namespace freshet;
using namespace freshet::local;

namespace {

std::optional<Answer> asked(std::string const& path, std::vector<Header> headers = {},
                            std::string const& method = "GET") {
  HttpRequest request;
  request.method = method;
  request.headers = std::move(headers);
  return page_answer(request, path);
}

std::string header(Answer const& answer, std::string_view name) {
  for (auto const& field : answer.headers) {
    if (field.name == name) return field.value;
  }
  return {};
}

}  // namespace

TEST_CASE("each file of the page is answered with its type and guards", "[local]") {
  std::set<std::string_view> paths;
  for (auto const& asset : page::assets()) {
    CHECK(paths.insert(asset.path).second);
    auto const answer = asked(std::string(asset.path));
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(answer->body == asset.bytes);
    CHECK_FALSE(answer->body.empty());
    CHECK(header(*answer, "Content-Security-Policy").starts_with("default-src 'none'"));
    CHECK(head_of(*answer, true).find("Cache-Control: no-cache\r\n") != std::string::npos);
  }
  CHECK(asked("/")->type == "text/html; charset=utf-8");
  CHECK(asked("/page/main.js")->type == "text/javascript; charset=utf-8");
  CHECK(asked("/page/page.css")->type == "text/css; charset=utf-8");
}

TEST_CASE("what the caller has already is not sent again", "[local]") {
  auto const tag = header(*asked("/page/main.js"), "ETag");
  auto const answer = asked("/page/main.js", {{"If-None-Match", "\"other\", " + tag}});
  REQUIRE(answer);
  CHECK(answer->status == 304);
  CHECK(answer->body.empty());
  CHECK(head_of(*answer, true).find("Content-Length") == std::string::npos);
  CHECK(asked("/page/main.js", {{"If-None-Match", "\"other\""}})->status == 200);
}

TEST_CASE("other paths are none of the page and other methods are refused", "[local]") {
  for (auto const* const path : {"", "/page", "/page/", "/page/README.md", "/page/../main.js"}) {
    CHECK_FALSE(asked(path));
  }
  CHECK(asked("/", {}, "POST")->status == 405);
  CHECK(asked("/", {}, "HEAD")->status == 200);
}
