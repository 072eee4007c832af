// RFC 9111 §3: what a cache that many share may store, and what of it. One case a requirement; the
// table is in docs/http-cache.md.
#include <catch2/catch.hpp>

#include "tests/unit/node/exchange.h"

using namespace freshet::node;
using namespace freshet::node::test;

TEST_CASE("RFC 9111 3: only answers to methods that are understood are stored", "[node][rfc9111]") {
  auto const response = answer({{"Cache-Control", "max-age=60"}});
  CHECK(storing(get(), response).may);
  for (auto const method : {"HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND", "get"}) {
    INFO(method);
    CHECK_FALSE(storing(get({}, method), response).may);
  }
}

TEST_CASE("RFC 9111 3: interim answers are not stored", "[node][rfc9111]") {
  CHECK_FALSE(stored({{"Cache-Control", "max-age=60"}}, {}, 103));
}

TEST_CASE("RFC 9111 3: 206 and 304 are stored only as parts and updates", "[node][rfc9111]") {
  CHECK(stored({{"ETag", "\"a\""}, {"Content-Range", "bytes 0-9/100"}}, {}, 206));
  CHECK_FALSE(stored({{"Cache-Control", "max-age=60"}}, {}, 206));
  CHECK_FALSE(stored({{"Cache-Control", "max-age=60"}, {"ETag", "\"a\""}}, {}, 304));
}

TEST_CASE("RFC 9111 3: answers with no-store are not stored", "[node][rfc9111]") {
  CHECK_FALSE(stored({{"Cache-Control", "no-store"}}));
  CHECK_FALSE(stored({{"Cache-Control", "max-age=60, No-Store"}}));
  CHECK_FALSE(stored({{"Cache-Control", "max-age=60"}, {"Cache-Control", "no-store"}}));
}

TEST_CASE("RFC 9111 3: private answers are not stored", "[node][rfc9111]") {
  CHECK_FALSE(stored({{"Cache-Control", "private, max-age=60"}}));
}

TEST_CASE("RFC 9111 3: an answer needs a lifetime or a status that allows a guess",
          "[node][rfc9111]") {
  for (auto const status : {200U, 203U, 204U, 300U, 301U, 308U, 404U, 405U, 410U, 414U, 501U}) {
    INFO(status);
    CHECK(stored({{"Last-Modified", date_at(-1000)}}, {}, status));
  }
  for (auto const status : {302U, 307U, 400U, 403U, 500U, 503U, 599U}) {
    INFO(status);
    CHECK_FALSE(stored({{"Last-Modified", date_at(-1000)}}, {}, status));
    CHECK(stored({{"Cache-Control", "max-age=60"}}, {}, status));
    CHECK(stored({{"Cache-Control", "s-maxage=60"}}, {}, status));
    CHECK(stored({{"Expires", date_at(60)}}, {}, status));
    CHECK(stored({{"Cache-Control", "public"}, {"Last-Modified", date_at(-1000)}}, {}, status));
  }
}

TEST_CASE("RFC 9111 3.1: fields of a connection are not stored", "[node][rfc9111]") {
  auto const head = kept({{"Cache-Control", "max-age=60"},
                          {"Connection", "X-Hop"},
                          {"X-Hop", "1"},
                          {"Keep-Alive", "timeout=5"},
                          {"Proxy-Authenticate", "Basic"},
                          {"Proxy-Authentication-Info", "x"},
                          {"Transfer-Encoding", "chunked"},
                          {"X-Kept", "2"}});
  CHECK(head.fields ==
        of({{"Cache-Control", "max-age=60"}, {"X-Kept", "2"}, {"Date", date_at(0)}}));
}

TEST_CASE("RFC 9111 3.1: all other fields are stored whether known or not", "[node][rfc9111]") {
  auto const head = kept({{"Cache-Control", "max-age=60"},
                          {"Set-Cookie", "a=b"},
                          {"Content-Type", "text/plain"},
                          {"X-Unheard-Of", "1"}});
  CHECK(head.fields.has("Set-Cookie"));
  CHECK(head.fields.has("Content-Type"));
  CHECK(head.fields.only("X-Unheard-Of") == "1");
}

TEST_CASE("RFC 9111 3.3: a part is stored as a part and not as the whole", "[node][rfc9111]") {
  auto const head = kept({{"ETag", "\"a\""},
                          {"Content-Range", "bytes 0-9/100"},
                          {"Content-Length", "10"},
                          {"Cache-Control", "max-age=60"}},
                         {}, 206);
  CHECK(head.status == 200);
  CHECK_FALSE(head.fields.has("Content-Range"));
  CHECK(head.fields.only("Content-Length") == "100");
}

TEST_CASE("RFC 9111 3.4: parts are kept only where they can be joined", "[node][rfc9111]") {
  CHECK_FALSE(stored({{"ETag", "W/\"a\""}, {"Content-Range", "bytes 0-9/100"}}, {}, 206));
  CHECK_FALSE(stored({{"ETag", "\"a\""}, {"Content-Range", "bytes 0-9/*"}}, {}, 206));
  CHECK_FALSE(stored({{"ETag", "\"a\""}, {"Content-Range", "bytes */100"}}, {}, 206));
  CHECK_FALSE(stored({{"ETag", "\"a\""},
                      {"Content-Type", "multipart/byteranges; boundary=x"},
                      {"Cache-Control", "max-age=60"}},
                     {}, 206));
  CHECK(stored({{"Last-Modified", date_at(-60)}, {"Content-Range", "bytes 0-9/100"}}, {}, 206));
}

TEST_CASE("RFC 9111 3.5: answers to authorized requests are stored only where that is allowed",
          "[node][rfc9111]") {
  auto const authorized = [](std::string control) {
    return stored({{"Cache-Control", std::move(control)}}, {{"Authorization", "Basic eA=="}});
  };
  CHECK_FALSE(authorized("max-age=60"));
  CHECK_FALSE(authorized("max-age=60, proxy-revalidate"));
  CHECK(authorized("max-age=60, public"));
  CHECK(authorized("s-maxage=60"));
  CHECK(authorized("max-age=60, must-revalidate"));
}

TEST_CASE("a URL with a digest may be stored for all whoever asked for it", "[node][cache]") {
  auto const request = get({{"Authorization", "Bearer x"}});
  auto const response = answer({{"ETag", "\"a\""}});
  Exchange const exchange{request, response, at(0), at(0), true};
  CHECK(may_store(exchange, CacheRules{}).may);
  CHECK_FALSE(may_store(exchange, CacheRules{.digest_authorizes = false}).may);
}

TEST_CASE("RFC 9111 5.2.1.5: nothing of a request with no-store is stored", "[node][rfc9111]") {
  CHECK_FALSE(stored({{"Cache-Control", "max-age=60"}}, {{"Cache-Control", "no-store"}}));
}

TEST_CASE("RFC 9111 5.2.2.3: must-understand keeps statuses out that are not understood",
          "[node][rfc9111]") {
  CHECK_FALSE(stored({{"Cache-Control", "max-age=60, must-understand"}}, {}, 299));
  CHECK(stored({{"Cache-Control", "max-age=60"}}, {}, 299));
}

TEST_CASE("RFC 9111 5.2.2.3: no-store beside must-understand holds for unknown statuses alone",
          "[node][rfc9111]") {
  CHECK(stored({{"Cache-Control", "must-understand, no-store, max-age=60"}}));
  CHECK_FALSE(stored({{"Cache-Control", "must-understand, no-store, max-age=60"}}, {}, 299));
}

TEST_CASE("RFC 9111 5.2.2.4: fields that no-cache names are not stored", "[node][rfc9111]") {
  auto const head = kept({{"Cache-Control", "max-age=60, no-cache=\"Set-Cookie\""},
                          {"Set-Cookie", "a=b"},
                          {"X", "y"}});
  CHECK_FALSE(head.fields.has("Set-Cookie"));
  CHECK(head.fields.has("X"));
}

TEST_CASE("RFC 9111 5.2.2.7: fields that private names are not stored", "[node][rfc9111]") {
  CHECK(stored({{"Cache-Control", "max-age=60, private=\"X-User\""}, {"X-User", "1"}}));
  auto const head =
      kept({{"Cache-Control", "max-age=60, private=\"X-User\""}, {"X-User", "1"}, {"X", "y"}});
  CHECK_FALSE(head.fields.has("X-User"));
  CHECK(head.fields.has("X"));
}

TEST_CASE("RFC 9111 5.2.3: directives that are not known change nothing", "[node][rfc9111]") {
  CHECK(stored({{"Cache-Control", "max-age=60, community=\"UCI\", no-store-ever"}}));
}

TEST_CASE("RFC 9110 6.6.1: an answer without a date gets one when it is stored",
          "[node][rfc9111]") {
  auto const request = get();
  ResponseHead const response{.status = 200, .fields = of({{"Cache-Control", "max-age=60"}})};
  CHECK(to_store({request, response, at(1), at(2)}).fields.only("Date") == date_at(2));
}

TEST_CASE("RFC 9213 2.2: a targeted field decides alone what may be stored", "[node][rfc9111]") {
  CHECK(stored({{"Cache-Control", "no-store"}, {"CDN-Cache-Control", "max-age=60"}}));
  CHECK_FALSE(stored({{"Cache-Control", "max-age=60"}, {"CDN-Cache-Control", "no-store"}}));
  CHECK_FALSE(stored({{"Cache-Control", "max-age=60"}, {"CDN-Cache-Control", "private"}}));
}

TEST_CASE("what could not be used for anyone else is not stored", "[node][cache]") {
  CHECK_FALSE(stored({{"Cache-Control", "no-cache"}}));
  CHECK(stored({{"Cache-Control", "no-cache"}, {"ETag", "\"a\""}}));
  CHECK_FALSE(stored({{"X", "y"}}));
  CHECK_FALSE(stored({{"Cache-Control", "max-age=60"}, {"Vary", "*"}}));
}
