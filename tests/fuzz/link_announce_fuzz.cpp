// What strangers say on the link: whatever the bytes, a port and whole hashes or nothing.
#include "peer/link_announce.h"
#include "tests/fuzz/check.h"

using namespace freshet::peer;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const heard = parse_link_announce(as_text(data, size));
  if (!heard) return 0;
  FUZZ_CHECK(heard->port != 0);
  FUZZ_CHECK(!heard->short_hashes.empty() && heard->short_hashes.size() <= kAnnounceHashesMax);
  for (auto const& hash : heard->short_hashes) FUZZ_CHECK(hash.size() == 20);
  return 0;
}
