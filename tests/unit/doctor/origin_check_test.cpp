#include "api/doctor/origin_check.h"

#include <catch2/catch.hpp>

#include "tests/unit/doctor/doctor_text.h"

using namespace freshet;
using namespace freshet::doctor;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

OriginFacts good_origin() {
  OriginFacts facts;
  facts.url = "https://origin/file";
  OriginHead head;
  head.length = 1_MiB;
  head.ranges = true;
  head.validator.etag = "\"v1\"";
  head.tls_verified = true;
  head.repr_digest = Digest{};
  head.latency = 12ms;
  head.http_version = "2";
  facts.head = head;
  facts.part_tried = true;
  return facts;
}

}  // namespace

TEST_CASE("an origin that does all it should has nothing to be told", "[doctor]") {
  auto const findings = judge_origin(good_origin());
  CHECK(worst(findings) == Severity::ok);
  CHECK(says(findings, "https://origin/file answers after 12 ms by HTTP/2 over TLS"));
  CHECK(says(findings, "It sends ranges, as was tried."));
}

TEST_CASE("an origin without ranges or that does not keep its promise is a warning", "[doctor]") {
  auto none = good_origin();
  none.head->ranges = none.part_tried = false;
  CHECK(says(judge_origin(none), "warning origin: It sends only the whole file, no ranges."));
  auto broken = good_origin();
  broken.part_error = Error{Errc::range_not_supported, {}, "answered 200"};
  CHECK(says(judge_origin(broken), "promises ranges and does not keep that: answered 200."));
}

TEST_CASE("validators are judged by what they are good for", "[doctor]") {
  auto weak = good_origin();
  weak.head->validator.etag = "W/\"v1\"";
  CHECK(says(judge_origin(weak), "note origin: Its ETag is weak."));
  auto dated = good_origin();
  dated.head->validator = {"", "Mon, 01 Jan 2024 00:00:00 GMT"};
  CHECK(says(judge_origin(dated), "note origin: It gives a date and no ETag."));
  auto bare = good_origin();
  bare.head->validator = {};
  CHECK(says(judge_origin(bare), "warning origin: It gives neither ETag nor date."));
}

TEST_CASE("an origin that names no right bytes leaves peers out", "[doctor]") {
  auto silent = good_origin();
  silent.head->repr_digest.reset();
  CHECK(says(judge_origin(silent), "note origin: It names no digest and no manifest"));
  auto plain = good_origin();
  plain.head->tls_verified = false;
  CHECK(says(judge_origin(plain), "without TLS, where anyone could have written it"));
}

TEST_CASE("an origin that cannot be reached names its error and what to do", "[doctor]") {
  OriginFacts facts;
  facts.error = Error{Errc::http_not_found, "http://origin/file", "answered 404"};
  auto const findings = judge_origin(facts);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].severity == Severity::error);
  CHECK(findings[0].remedy == advice(Errc::http_not_found));
}
