#include <catch2/catch.hpp>

#include "api/local/gatekeeper.h"

using namespace freshet;
using namespace freshet::local;

namespace {

std::string const kToken(64, 't');

unsigned status_of(std::vector<Header> headers, bool open = false) {
  HttpRequest request;
  request.headers = std::move(headers);
  auto const refused = Gatekeeper(kToken).refuse(request, open);
  return refused ? refused->status : 0;
}

}  // namespace

TEST_CASE("who shows the token and comes from this machine is let in", "[local]") {
  Header const right{"Authorization", "Bearer " + kToken};
  CHECK(status_of({{"Host", "localhost:1"}, right}) == 0);
  CHECK(status_of({{"host", "[::1]"}, right, {"Origin", "http://[::1]"}}) == 0);
  CHECK(status_of({{"Host", "127.0.0.1"}}, true) == 0);
}

TEST_CASE("wrong tokens of any length are refused", "[local]") {
  Header const host{"Host", "localhost"};
  CHECK(status_of({host}) == 401);
  for (auto const& shown : {std::string(), kToken + "t", kToken.substr(1), std::string(64, 'u')}) {
    CHECK(status_of({host, {"Authorization", "Bearer " + shown}}) == 401);
  }
  CHECK(status_of({host, {"Authorization", "Basic " + kToken}}) == 401);
  CHECK(Gatekeeper("").refuse({{}, {}, {host, {"Authorization", "Bearer "}}, {}}, false));
}

TEST_CASE("requests that a web page caused are refused even where no token is asked for",
          "[local]") {
  Header const right{"Authorization", "Bearer " + kToken};
  CHECK(status_of({{"Host", "evil.example"}, right}, true) == 403);
  CHECK(status_of({{"Host", "localhost.evil.example"}, right}, true) == 403);
  CHECK(status_of({{"Host", "localhost:1:2"}, right}, true) == 403);
  CHECK(status_of({right}, true) == 403);
  Header const host{"Host", "localhost:80"};
  CHECK(status_of({host, right, {"Origin", "http://evil.example"}}, true) == 403);
  CHECK(status_of({host, right, {"Origin", "http://localhost:81"}}, true) == 403);
  CHECK(status_of({host, right, {"Origin", "null"}}, true) == 403);
  Header const own{"Origin", "http://localhost:80"};
  CHECK(status_of({host, right, own}) == 0);
  CHECK(status_of({host, right, own, own}) == 403);
}
