// Heads and times for tests of the cache: requests and answers in one line each.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "api/node/cache/plan.h"
#include "api/node/cache/storing.h"
#include "api/node/http/dates.h"

namespace freshet::node::test {

// Noon of some day; times of tests are seconds from there.
inline constexpr WallTime kNoon{std::chrono::seconds{784'123'200}};
inline WallTime at(long long seconds) {
  return kNoon + std::chrono::seconds{seconds};
}
inline std::string date_at(long long seconds) {
  return to_http_date(at(seconds));
}

struct Line {
  std::string name;
  std::string value;
};
using Lines = std::initializer_list<Line>;

inline Fields of(Lines lines) {
  Fields fields;
  for (auto const& line : lines) fields.add(line.name, line.value);
  return fields;
}

inline RequestHead get(Lines lines = {}, std::string method = "GET") {
  return {.method = std::move(method), .target = "/", .fields = of(lines)};
}

// An answer that was made, asked for and received at noon unless it says otherwise.
inline ResponseHead answer(Lines lines, unsigned status = 200) {
  ResponseHead head{.status = status, .fields = of(lines)};
  if (!head.fields.has("Date")) head.fields.add("Date", date_at(0));
  return head;
}

inline StoreVerdict storing(RequestHead const& request, ResponseHead const& response) {
  return may_store({request, response, at(0), at(0)}, CacheRules{});
}
inline bool stored(Lines response, Lines request = {}, unsigned status = 200) {
  return storing(get(request), answer(response, status)).may;
}

inline StoredHead kept(Lines response, Lines request = {}, unsigned status = 200) {
  return to_store({get(request), answer(response, status), at(0), at(0)});
}

inline Plan planned(StoredHead const& head, Lines request, long long seconds,
                    std::string method = "GET") {
  std::vector<StoredHead const*> const variants{&head};
  return plan_request(get(request, std::move(method)), variants, at(seconds), CacheRules{});
}
inline Act act(StoredHead const& head, Lines request, long long seconds) {
  return planned(head, request, seconds).act;
}

}  // namespace freshet::node::test
