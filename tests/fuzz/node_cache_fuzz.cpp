// Whatever request and response say: nothing that is forbidden to be stored is, nothing is served
// that must not be, and answers are as long as they say. The input is a request head and a response
// head, one after the other; its first byte is how late it is.
#include "api/node/cache/answer.h"
#include "api/node/cache/freshness.h"
#include "api/node/cache/plan.h"
#include "api/node/cache/storing.h"
#include "api/node/cache/update.h"
#include "api/node/cache/vary.h"
#include "api/node/http/request_reader.h"
#include "api/node/http/response_reader.h"
#include "tests/fuzz/check.h"

using namespace freshet;
using namespace freshet::node;

namespace {

void check_answer(Answer const& answer, Bytes length) {
  Bytes bytes = 0;
  for (auto const range : answer.ranges) {
    FUZZ_CHECK(range.begin < range.end && range.end <= length);
    bytes += range.size();
  }
  FUZZ_CHECK(answer.head.fields.count("Content-Length") <= 1);
  FUZZ_CHECK(answer.head.fields.has("Age"));
  if (answer.multipart) return;
  if (answer.head.framing == Framing::length) FUZZ_CHECK(answer.head.body_bytes == bytes);
}

void check_plan(RequestHead const& request, StoredHead const& stored, WallTime now) {
  CacheRules const rules;
  std::vector<StoredHead const*> const variants{&stored};
  auto const plan = plan_request(request, variants, now, rules);
  bool const served = plan.act == Act::serve || plan.act == Act::serve_and_validate;
  auto const wants = request_cache_control(request.fields);
  auto const says = response_cache_control(stored.fields).directives;
  if (served) {
    FUZZ_CHECK(!wants.no_cache && !says.no_cache && !stored.suspect && plan.variant == 0);
    bool const strict = says.must_revalidate || says.proxy_revalidate || says.s_maxage;
    FUZZ_CHECK(!strict || time_to_live(stored, now, rules) > Seconds{0});
    check_answer(answer_from(request, stored, 1000, now, "XYZ"), 1000);
  }
  FUZZ_CHECK(plan.act != Act::validate || !plan.conditions.empty());
  FUZZ_CHECK(!wants.only_if_cached || served || plan.act == Act::gateway_timeout ||
             plan.forward == Forward::method || plan.forward == Forward::bypass);
  FUZZ_CHECK(current_age(stored, now) >= Seconds{0});
}

void check(RequestHead const& request, ResponseHead const& response, WallTime now) {
  CacheRules const rules;
  Exchange const exchange{request, response, WallTime{}, WallTime{}};
  auto const verdict = may_store(exchange, rules);
  auto const says = response_cache_control(response.fields).directives;
  auto const stored = to_store(exchange);
  FUZZ_CHECK(!stored.fields.has("Connection") && stored.fields.has("Date"));
  if (verdict.may) {
    FUZZ_CHECK(request.method == "GET" && response.status >= 200 && response.status != 304);
    FUZZ_CHECK(!says.is_private && (!says.no_store || says.must_understand));
    bool const opened = says.is_public || says.must_revalidate || says.s_maxage;
    FUZZ_CHECK(!request.fields.has("Authorization") || opened);
    FUZZ_CHECK(selects(stored.fields, stored.vary_key, request.fields));
    check_plan(request, stored, now);
  }
  auto const fresh = freshened(stored, exchange);
  FUZZ_CHECK(fresh.status == stored.status);
  std::vector<StoredHead const*> const variants{&stored};
  static_cast<void>(freshened_by(response.fields, variants));
  static_cast<void>(judge_by_head(stored, 1000, response));
  static_cast<void>(belongs_to(stored.fields, 1000, response));
  static auto const target = *parse_url("http://a.example/x");
  for (auto const& url : invalidated_by(request.method, target, response)) {
    FUZZ_CHECK(parse_url(url)->same_origin(target));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  if (size == 0) return 0;
  auto text = as_text(data, size).substr(1);
  RequestReader requests;
  requests.feed(text);
  if (!requests.done()) return 0;
  auto const request = requests.take();
  ResponseReader responses(request.method);
  responses.feed(text);
  if (!responses.done()) return 0;
  check(request, responses.take(), WallTime{std::chrono::seconds{data[0] * 30}});
  return 0;
}
