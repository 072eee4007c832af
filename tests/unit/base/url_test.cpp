#include "engine/base/url.h"

#include <catch2/catch.hpp>

using namespace freshet;

namespace {

std::string parsed(std::string_view text) {
  auto const url = parse_url(text);
  return url ? to_string(*url) : "refused: " + url.error().why;
}

bool refused(std::string_view text) {
  return !parse_url(text);
}

std::string resolved(std::string_view reference) {
  auto const url = resolve_url(*parse_url("http://a/b/c/d;p?q"), reference);
  return url ? to_string(*url) : "refused";
}

}  // namespace

TEST_CASE("a URL falls into its parts", "[url]") {
  auto const url = parse_url("HTTPS://user:p%40ss@Example.ORG:8443/a/b%20c?x=1&y#part");

  REQUIRE(url);
  CHECK(url->scheme == "https");
  CHECK(url->userinfo == "user:p%40ss");
  CHECK(url->host == "example.org");
  CHECK(url->port == 8443);
  CHECK(url->path == "/a/b%20c");
  CHECK(url->query == "x=1&y");
  CHECK(to_string(*url) == "https://user:p%40ss@example.org:8443/a/b%20c?x=1&y");
}

TEST_CASE("ports and paths have defaults and one spelling", "[url]") {
  CHECK(parsed("http://h") == "http://h/");
  CHECK(parsed("http://h:80/") == "http://h/");
  CHECK(parsed("http://h:/") == "http://h/");
  CHECK(parsed("https://h:80/") == "https://h:80/");
  CHECK(parsed("http://h?q") == "http://h/?q");
  CHECK(parsed("http://h/?") == "http://h/?");
  CHECK(parsed("http://h./x") == "http://h./x");
  CHECK(parsed("http://h/a/./b/../c/..") == "http://h/a/");
  CHECK(parsed("http://h/../../a") == "http://h/a");
  CHECK(parsed("http://h//a//") == "http://h//a//");
  CHECK(parsed("http://h/\xc3\xa4?\xc3\xb6") == "http://h/%C3%A4?%C3%B6");
  CHECK(parsed("http://a/b@c:d@e") == "http://a/b@c:d@e");
  CHECK(parsed("http://@h") == "http://h/");
  CHECK(parsed("http://h/a[1]{2}|^") == "http://h/a[1]{2}|^");
}

TEST_CASE("addresses are read in their usual spelling only", "[url]") {
  CHECK(parsed("http://127.0.0.1:7680/") == "http://127.0.0.1:7680/");
  CHECK(parsed("http://[::1]:8080/x") == "http://[::1]:8080/x");
  CHECK(parsed("http://[2001:DB8:0:0::1]/") == "http://[2001:db8::1]/");
  CHECK(parse_url("http://[::1]/")->host == "::1");
  for (auto const* text :
       {"http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://1.2.3.256/",
        "http://1.2.3.4.5/", "http://a.0x1/", "http://[::1/", "http://[::1]x/",
        "http://[fe80::1%25eth0]/", "http://[]/", "http://::1/", "http://[v1.a]/"}) {
    INFO(text);
    CHECK(refused(text));
  }
}

TEST_CASE("malformed and hostile URLs are refused", "[url]") {
  for (auto const* text : {"",
                           "h",
                           "//h/",
                           "/p",
                           "http:",
                           "http:/h",
                           "http:h",
                           "http://",
                           "http:///p",

                           "http://:80/",
                           "http://h:0/",
                           "http://h:65536/",
                           "http://h:+1/",
                           "http://h:1x/",
                           "http://h h/",
                           "http://h%41/",
                           "http://h..x/",
                           "http://-\x01/",
                           "http://h/a b",
                           "http://h/\r\nHost: x",
                           "http://h/%",
                           "http://h/%1",
                           "http://h/%zz",
                           "http://h\\@x/",
                           "http://h/\"",
                           "http://a b@h/",

                           "http://\xc3\xa4/",
                           "1http://h/"}) {
    INFO(text);
    CHECK(refused(text));
  }
  CHECK(refused("http://h/" + std::string(kUrlBytesMax, 'a')));
  CHECK(refused("http://" + std::string(64, 'a') + "/"));
  CHECK(parse_url("ftp://h/").error().code == Errc::unsupported_scheme);
  CHECK(parse_url("javascript:alert(1)").error().code == Errc::unsupported_scheme);
}

TEST_CASE("references resolve as RFC 3986 lists them", "[url]") {
  std::pair<char const*, char const*> const examples[] = {
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g/"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"#s", "http://a/b/c/d;p?q"},
      {"g#s", "http://a/b/c/g"},
      {"g?y#s", "http://a/b/c/g?y"},
      {";x", "http://a/b/c/;x"},
      {"g;x", "http://a/b/c/g;x"},
      {"", "http://a/b/c/d;p?q"},
      {".", "http://a/b/c/"},
      {"./", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../..", "http://a/"},
      {"../../", "http://a/"},
      {"../../g", "http://a/g"},
      {"../../../g", "http://a/g"},
      {"../../../../g", "http://a/g"},
      {"/./g", "http://a/g"},
      {"/../g", "http://a/g"},
      {"g.", "http://a/b/c/g."},
      {".g", "http://a/b/c/.g"},
      {"g..", "http://a/b/c/g.."},
      {"..g", "http://a/b/c/..g"},
      {"./../g", "http://a/b/g"},
      {"./g/.", "http://a/b/c/g/"},
      {"g/./h", "http://a/b/c/g/h"},
      {"g/../h", "http://a/b/c/h"},
      {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
      {"g;x=1/../y", "http://a/b/c/y"},
      {"g?y/./x", "http://a/b/c/g?y/./x"},
      {"g#s/../x", "http://a/b/c/g"},
      {"https://z/", "https://z/"},
      {"mailto:x", "refused"},
      {"file:///etc/passwd", "refused"},
      {"a b", "refused"},
  };
  for (auto const& [reference, expected] : examples) {
    INFO(reference);
    CHECK(resolved(reference) == expected);
  }
}

TEST_CASE(
    "a reference within the authority keeps its credentials and another host does not get them",
    "[url]") {
  auto const base = *parse_url("https://u:p@h/x/y");

  CHECK(to_string(*resolve_url(base, "z")) == "https://u:p@h/x/z");
  CHECK(to_string(*resolve_url(base, "//other/z")) == "https://other/z");
  CHECK(base.same_origin(*parse_url("https://h:443/")));
  CHECK_FALSE(base.same_origin(*parse_url("http://h/")));
  CHECK_FALSE(base.same_origin(*parse_url("https://h:444/")));
}

TEST_CASE("a file URL names an absolute local path", "[url]") {
  CHECK(local_path(*parse_url("file:///srv/a%20b")) == "/srv/a b");
  CHECK(local_path(*parse_url("file://localhost/srv")) == "/srv");
  CHECK(refused("file://host/srv"));
  CHECK(refused("file:///srv?x"));
  CHECK_FALSE(local_path(*parse_url("file:///a%2Fb")));
  CHECK_FALSE(local_path(*parse_url("file:///a%00b")));
  CHECK_FALSE(local_path(*parse_url("http://h/a")));
}

TEST_CASE("a name becomes one path segment", "[url]") {
  CHECK(percent_encoded("a file/ä?.iso~") == "a%20file%2F%C3%A4%3F.iso~");
  CHECK(percent_encoded("") == "");
}

TEST_CASE("a URL that encoding makes too long is refused", "[url]") {
  CHECK(parse_url("http://h/" + std::string(kUrlBytesMax - 9, 'a')));
  CHECK(refused("http://h/" + std::string(kUrlBytesMax / 2, '\xe4')));
}

TEST_CASE("what is logged of a URL holds no secret", "[url]") {
  CHECK(redact("https://user:secret@h:8443/a/b?token=secret#secret") == "https://h:8443/a/b");
  CHECK(redact("http://h/a@b") == "http://h/a@b");
  CHECK(redact("not a url?secret") == "not?a?url");
  CHECK(redact("line\nbreak") == "line?break");
  for (auto const* text :
       {"ftp://u:secret@h/", "http://u:sec?ret@h/", "http://u:sec/ret@h x", "u:secret@h",
        "http:/u:secret@h/", "http://h h/?mail=a@b&secret", "http://u:secret@/"}) {
    INFO(text);
    CHECK(redact(text) == "(malformed URL)");
  }
  CHECK(redact(std::string(100'000, 'x')).size() == 256);
}
