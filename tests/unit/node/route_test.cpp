#include "api/node/route/route.h"

#include <catch2/catch.hpp>

using namespace freshet;
using namespace freshet::node;

namespace {

AllowList allowed(std::vector<std::string> const& texts) {
  std::vector<AllowPattern> patterns;
  for (auto const& text : texts) {
    auto const pattern = parse_allow_pattern(text);
    INFO(text);
    REQUIRE(pattern);
    patterns.push_back(*pattern);
  }
  return AllowList(std::move(patterns));
}

Ways ways() {
  return {allowed({"a.example", "*.cdn.example:*", "https://secure.example/pub/"}),
          {{"/debian/", *parse_url("https://deb.example/dists/")},
           {"/debian/security/", *parse_url("http://sec.example/")}},
          {"node.site"},
          {}};
}

RequestHead request(std::string target, std::string_view host = "node.site:8080") {
  RequestHead head{.method = "GET", .target = std::move(target)};
  head.fields.add("Host", host);
  return head;
}

std::string found(std::string target, std::string_view host = "node.site:8080",
                  bool secure = false) {
  auto const route = find_route(request(std::move(target), host), ways(), secure);
  if (!route) return std::to_string(route.error().status);
  if (route->way == Way::own) return "own " + route->url.path;
  return to_string(route->url);
}

}  // namespace

TEST_CASE("cacheHostOrigin names the origin of path and query", "[node][route]") {
  CHECK(found("/p/f?cacheHostOrigin=a.example") == "http://a.example/p/f");
  CHECK(found("/p/f?x=1&y=a%20b&cacheHostOrigin=a.example") == "http://a.example/p/f?x=1&y=a%20b");
  CHECK(found("/f?cachehostorigin=A.Example.&x") == "http://a.example/f?x");
  CHECK(found("/f?cacheHostOrigin=x.cdn.example:8080") == "http://x.cdn.example:8080/f");
  CHECK(found("/f?cacheHostOrigin=x.cdn.example%3A8080") == "http://x.cdn.example:8080/f");
  CHECK(found("/f?cacheHostOrigin=a.example", "node.site", true) == "https://a.example/f");
  CHECK(found("/f?cacheHostOrigin=https%3A%2F%2Fa.example") == "https://a.example/f");
  CHECK(found("/pub/f?cacheHostOrigin=secure.example") == "https://secure.example/pub/f");
}

TEST_CASE("origins that are not on the list are refused", "[node][route]") {
  CHECK(found("/f?cacheHostOrigin=b.example") == "403");
  CHECK(found("/f?cacheHostOrigin=cdn.example") == "403");
  CHECK(found("/f?cacheHostOrigin=xcdn.example") == "403");
  CHECK(found("/f?cacheHostOrigin=a.example:81") == "403");
  CHECK(found("/f?cacheHostOrigin=secure.example") == "403");
  CHECK(found("/pub/../f?cacheHostOrigin=secure.example") == "403");
  CHECK(found("http://b.example/") == "403");
  CHECK(found("http://127.0.0.1/") == "403");
}

TEST_CASE("malformed origins are refused", "[node][route]") {
  CHECK(found("/f?cacheHostOrigin=") == "400");
  CHECK(found("/f?cacheHostOrigin") == "400");
  CHECK(found("/f?cacheHostOrigin=a.example&cacheHostOrigin=a.example") == "400");
  CHECK(found("/f?cacheHostOrigin=a.example/x") == "400");
  CHECK(found("/f?cacheHostOrigin=user@a.example") == "400");
  CHECK(found("/f?cacheHostOrigin=file:///etc") == "400");
  CHECK(found("/f?cacheHostOrigin=a.example?x") == "400");
  CHECK(found("/f?cacheHostOrigin=0x7f.1") == "400");
  CHECK(found("/%2e%2e/f?cacheHostOrigin=a.example") == "400");
  CHECK(found("/x/..%2ff?cacheHostOrigin=a.example") == "400");
  CHECK(found("http://user@a.example/") == "400");
  CHECK(found("http://a.example/#x") == "400");
  CHECK(found("ftp://a.example/") == "400");
  CHECK(found("a.example:80") == "400");
  CHECK(found("*") == "400");
}

TEST_CASE("whole URLs are asked of their own host", "[node][route]") {
  CHECK(found("http://a.example/f?x") == "http://a.example/f?x");
  CHECK(found("http://A.EXAMPLE", "other.example") == "http://a.example/");
  CHECK(found("http://y.x.cdn.example:81/") == "http://y.x.cdn.example:81/");
  CHECK(found("http://node.site:8080/.well-known/freshet/x") == "own /.well-known/freshet/x");
  CHECK(found("http://node.site/f?cacheHostOrigin=a.example") == "http://a.example/f");
}

TEST_CASE("prefixes are mapped to origins and the longest wins", "[node][route]") {
  CHECK(found("/debian/x/y?z") == "https://deb.example/dists/x/y?z");
  CHECK(found("/debian/security/x") == "http://sec.example/x");
  CHECK(found("/debian/x/../y") == "https://deb.example/dists/y");
  CHECK(found("/debian/../x") == "own /x");
  CHECK(found("/debian/%2E%2e/x") == "400");
  CHECK(found("/debian") == "own /debian");
}

TEST_CASE("an origin may be named by Host alone when the list names it", "[node][route]") {
  CHECK(found("/f", "a.example") == "http://a.example/f");
  CHECK(found("/f", "a.example:8080") == "http://a.example/f");
  CHECK(found("/pub/f", "secure.example") == "https://secure.example/pub/f");
  CHECK(found("/f", "192.0.2.1") == "own /f");
  CHECK(found("/f", "b.example") == "own /f");
  auto everything = ways();
  everything.allow = allowed({"*"});
  CHECK(find_route(request("/f", "b.example"), everything, false)->way == Way::own);
  CHECK(find_route(request("http://b.example/"), everything, false)->way == Way::forward);
}

TEST_CASE("addresses are origins only where their network is", "[node][route]") {
  auto open = ways();
  open.allow = allowed({"*"});
  CHECK(find_route(request("http://8.8.8.8/"), open, false));
  for (auto const target : {"http://10.0.0.1/", "http://127.0.0.1/", "http://[::1]/",
                            "http://[::ffff:10.0.0.1]/", "http://169.254.169.254/latest"}) {
    INFO(target);
    auto const route = find_route(request(target), open, false);
    REQUIRE_FALSE(route);
    CHECK(route.error().status == 403);
    CHECK(route.error().proxy_error == "destination_ip_prohibited");
    CHECK_FALSE(may_follow(*parse_url(target), open));
  }
  open.networks = {*parse_network("10.0.0.0/8")};
  CHECK(find_route(request("http://10.0.0.1/"), open, false));
}

TEST_CASE("there are no tunnels and no echoes", "[node][route]") {
  RequestHead connect{.method = "CONNECT", .target = "a.example:443"};
  CHECK(find_route(connect, ways(), false).error().status == 403);
  RequestHead trace{.method = "TRACE", .target = "/"};
  CHECK(find_route(trace, ways(), false).error().status == 405);
  RequestHead options{.method = "OPTIONS", .target = "*"};
  CHECK(find_route(options, ways(), false)->way == Way::own);
}

TEST_CASE("redirects are followed to origins on the list alone", "[node][route]") {
  CHECK(may_follow(*parse_url("http://a.example/x"), ways()));
  CHECK_FALSE(may_follow(*parse_url("http://b.example/x"), ways()));
  CHECK_FALSE(may_follow(*parse_url("http://u:p@a.example/x"), ways()));
}

TEST_CASE("URLs of registries and of apt name their digests", "[node][route]") {
  std::string const hex(64, 'a');
  auto const digest = [](std::string const& url) {
    auto const named = digest_named_by(*parse_url(url));
    return named ? to_hex(*named) : "";
  };
  CHECK(digest("https://r.example/v2/library/x/blobs/sha256:" + hex) == hex);
  CHECK(digest("https://r.example/v2/x/manifests/sha256%3A" + hex + "?ns=y") == hex);
  CHECK(digest("http://d.example/debian/dists/x/main/by-hash/SHA256/" + hex) == hex);
  CHECK(digest("http://d.example/by-hash/SHA512/" + hex).empty());
  CHECK(digest("https://r.example/v2/x/blobs/sha512:" + hex).empty());
  CHECK(digest("https://r.example/v2/x/blobs/sha256:" + hex + "a").empty());
  CHECK(digest("https://r.example/x/blobs/sha256:" + hex).empty());
  CHECK(digest("https://r.example/").empty());
  auto const route = find_route(request("/v2/x/blobs/sha256:" + hex + "?cacheHostOrigin=a.example"),
                                ways(), false);
  REQUIRE(route);
  CHECK(route->expected);
}

TEST_CASE("patterns of the allow list read and are written one way", "[node][route]") {
  for (auto const text : {"a.example", "*.a.example:8080", "https://a.example/x/", "*", "*:*",
                          "http://[2001:db8::1]:*", "a.example/x*", "192.0.2.1:80"}) {
    INFO(text);
    auto const pattern = parse_allow_pattern(text);
    REQUIRE(pattern);
    CHECK(to_string(*pattern) == text);
  }
  for (auto const text : {"", "a..b", "ftp://a", "a.example/x", "a*.example", "*.*.a", "a:b", "a:0",
                          "a:70000", "u@a", "a/*/b*", "a/x?y*", "**", "[::1"}) {
    INFO(text);
    CHECK_FALSE(parse_allow_pattern(text));
  }
}
