// Whatever the target and Host are, only origins on the list are asked, and paths stay below their
// prefixes. The input is a target, a line end and a Host.
#include "api/node/route/route.h"
#include "tests/fuzz/check.h"

using namespace freshet;
using namespace freshet::node;

namespace {

Ways const& ways() {
  static Ways const made{AllowList({*parse_allow_pattern("a.example"),
                                    *parse_allow_pattern("https://*.b.example/p/")}),
                         {{"/m/", *parse_url("https://m.example/base/")}},
                         {"node"},
                         {}};
  return made;
}

bool listed(Url const& url) {
  if (url.host == "a.example") return url.port == (url.scheme == "http" ? 80 : 443);
  return url.scheme == "https" && url.port == 443 && url.host.ends_with(".b.example") &&
         url.path.starts_with("/p/");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const text = as_text(data, size);
  auto const end = text.find('\n');
  RequestHead head{.method = "GET", .target = std::string(text.substr(0, end))};
  if (end != text.npos) head.fields.add("Host", text.substr(end + 1));
  static_cast<void>(parse_allow_pattern(head.target));
  static_cast<void>(parse_network(head.target));
  for (bool const secure : {false, true}) {
    auto const route = find_route(head, ways(), secure);
    if (!route) {
      FUZZ_CHECK(!route.error().sentence.empty() && route.error().status >= 400);
      continue;
    }
    FUZZ_CHECK(route->url.userinfo.empty());
    if (route->way == Way::own) continue;
    FUZZ_CHECK(parse_url(to_string(route->url)) == route->url);
    bool const below = route->url.host == "m.example" && route->url.path.starts_with("/base/");
    FUZZ_CHECK(route->way == Way::mapping ? below : listed(route->url));
  }
  return 0;
}
