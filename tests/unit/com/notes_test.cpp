// What jobs keep for COM, header lines and the texts of properties.
#include <catch2/catch.hpp>

#include "api/com/app_data.h"
#include "api/com/header_lines.h"
#include "api/com/integrity_info.h"

using namespace freshet;
using namespace freshet::com;

TEST_CASE("what a job keeps survives with all of its characters", "[com]") {
  AppData data;
  data.set("line", "a\\b\nc=d\\n");
  data.set("number", 17);

  auto const again = AppData::parse(data.text());

  CHECK(again.ours());
  CHECK(again.get("line") == "a\\b\nc=d\\n");
  CHECK(again.number("number", 0) == 17);
  CHECK(again.number("line", 3) == 3);
  CHECK_FALSE(again.get("other"));
}

TEST_CASE("the text of another application is not ours", "[com]") {
  CHECK(AppData::parse("").ours());
  CHECK_FALSE(AppData::parse("{\"theirs\":1}").ours());
  CHECK_FALSE(AppData::parse("{\"theirs\":1}").get("theirs"));
}

TEST_CASE("header lines are names and values", "[com]") {
  auto const headers = read_header_lines("X-One: 1\r\nX-Two:  2:2 \r\n");

  REQUIRE(headers);
  CHECK(*headers == std::vector<Header>{{"X-One", "1"}, {"X-Two", "2:2"}});
  CHECK(header_lines(*headers) == "X-One: 1\r\nX-Two: 2:2\r\n");
  CHECK(read_header_lines("")->empty());
  CHECK(read_header_lines("X: 1")->size() == 1);
  CHECK_FALSE(read_header_lines("no colon\r\n"));
}

TEST_CASE("the integrity text names the piece hash file and its hash", "[com]") {
  auto const info =
      read_integrity_info(R"({"PiecesHashFileUrl": "http:\/\/host/p", )"
                          R"("HashOfHashes":"bLR+YkW147Gf10YSrQ6lgW3AC9E1aDesK3TaSr0DHJA="})");

  REQUIRE(info);
  CHECK(info->url == "http://host/p");
  CHECK_FALSE(info->digest);
  CHECK(to_hex(*info->hash_of_hashes) ==
        "6cb47e6245b5e3b19fd74612ad0ea5816dc00bd1356837ac2b74da4abd031c90");
  auto const code = [](char const* text) { return read_integrity_info(text).error().code; };
  CHECK(code("") == Errc::invalid_argument);
  CHECK(code("{}") == Errc::invalid_argument);
  CHECK(code(R"({"HashOfHashes":"x"})") == Errc::invalid_argument);
  CHECK(code(R"({"PiecesHashFileUrl":"u","HashOfHashes":"AAAA"})") == Errc::invalid_argument);
  CHECK(code(R"({"PiecesHashFileUrl":"u","PiecesHashFileUrl":"u"})") == Errc::invalid_argument);
  CHECK(code(R"({"PiecesHashFileUrl":"u"} x)") == Errc::invalid_argument);
  CHECK(code(R"({"PiecesHashFileUrl":"u"})") == Errc::invalid_argument);
  CHECK(code(R"({"PiecesHashFileUrl":"u","PiecesHashFileDigest":"d"})") == Errc::invalid_argument);
  auto const by_digest = [](std::string const& algorithm) {
    std::string const digest = "bLR+YkW147Gf10YSrQ6lgW3AC9E1aDesK3TaSr0DHJA=";
    return read_integrity_info(R"({"PiecesHashFileUrl":"u","PiecesHashFileDigest":")" + digest +
                               R"(","PiecesHashFileDigestAlgorithm":")" + algorithm + R"("})");
  };
  REQUIRE(by_digest("SHA256"));
  CHECK(by_digest("SHA256")->digest == info->hash_of_hashes);
  CHECK_FALSE(by_digest("SHA256")->hash_of_hashes);
  CHECK(by_digest("MD5").error().code == Errc::not_supported);
}
