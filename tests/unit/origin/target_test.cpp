#include "engine/origin/target.h"

#include <catch2/catch.hpp>

using namespace freshet;

namespace {

Url url(std::string_view text) {
  return parse_target(text).value();
}

}  // namespace

TEST_CASE("only web addresses are targets", "[target]") {
  CHECK(parse_target("http://host/a"));
  CHECK(parse_target("https://[::1]:8443/a?b"));
  CHECK(parse_target("file:///etc/passwd").error().code == Errc::unsupported_scheme);
  CHECK(parse_target("host/a").error().code == Errc::invalid_argument);
}

TEST_CASE("one party is the same host and port and not less secure", "[target]") {
  CHECK(same_party(url("http://h/a"), url("http://H:80/b")));
  CHECK(same_party(url("http://h/a"), url("https://h/a")));
  CHECK_FALSE(same_party(url("https://h/a"), url("http://h/a")));
  CHECK_FALSE(same_party(url("http://h/a"), url("http://h:81/a")));
  CHECK_FALSE(same_party(url("http://h:8080/a"), url("https://h:8443/a")));
  CHECK_FALSE(same_party(url("http://h/a"), url("http://h.evil/a")));
}

TEST_CASE("credentials follow a redirect to the same party alone", "[target]") {
  auto const from = url("http://me:secret@h/d/a?q");
  CHECK(to_string(*follow(from, "b", {})) == "http://me:secret@h/d/b");
  CHECK(to_string(*follow(from, "/b", {})) == "http://me:secret@h/b");
  CHECK(to_string(*follow(from, "http://h/b", {})) == "http://me:secret@h/b");
  CHECK(to_string(*follow(from, "//other/b", {})) == "http://other/b");
  CHECK(to_string(*follow(from, "http://h:81/b", {})) == "http://h:81/b");
  CHECK(to_string(*follow(from, "http://you@other/b", {})) == "http://you@other/b");
}

TEST_CASE("a refused redirect names no secret", "[target]") {
  auto const refused = follow(url("https://me:secret@h/a?token"), "http://h/a?token", {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::redirect_refused);
  auto const text = describe(refused.error());
  CHECK(text.find("secret") == std::string::npos);
  CHECK(text.find("token") == std::string::npos);
}

TEST_CASE("a URL without credentials keeps everything else", "[target]") {
  CHECK(without_credentials(url("http://me:x@h:81/a?b")) == "http://h:81/a?b");
}
