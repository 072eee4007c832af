// Whatever a neighbour sends as DNS is refused, or read as what can be written and read again.
#include "api/node/discovery/service.h"
#include "tests/fuzz/check.h"

using namespace freshet;
using namespace freshet::node;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const message = parse_dns(as_text(data, size));
  if (!message) return 0;
  auto const again = parse_dns(write_dns(*message));
  FUZZ_CHECK(again && again->records.size() == message->records.size());
  for (auto const& found : nodes_in(*message)) FUZZ_CHECK(found.port != 0);
  IpAddress const here = *parse_address("192.0.2.1");
  if (auto const said = answer(*message, 1, {"a", "b", 1, ""}, here)) FUZZ_CHECK(said->response);
  return 0;
}
