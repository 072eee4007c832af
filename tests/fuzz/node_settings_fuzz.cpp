// Whatever freshet.toml holds, it is read or refused with a line; what is enabled can serve.
#include "api/node/route/node_settings.h"
#include "tests/fuzz/check.h"

using namespace freshet;
using namespace freshet::node;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const settings = parse_node_settings(as_text(data, size), "f");
  if (!settings) {
    FUZZ_CHECK(settings.error().why.find("line ") != std::string::npos);
    return 0;
  }
  auto const& ways = settings->ways;
  if (settings->enabled) {
    FUZZ_CHECK(!settings->listen.empty() || !settings->listen_tls.empty());
    FUZZ_CHECK(!ways.mappings.empty() || !ways.allow.patterns().empty());
  }
  for (auto const& pattern : ways.allow.patterns()) {
    FUZZ_CHECK(parse_allow_pattern(to_string(pattern)) == pattern);
  }
  for (auto const& network : ways.networks)
    FUZZ_CHECK(parse_network(to_string(network)) == network);
  for (auto const& at : settings->listen) FUZZ_CHECK(parse_listen(to_string(at)) == at);
  return 0;
}
