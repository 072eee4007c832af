// A magnet link that proves a content is the one we would write for it.
#include "engine/content/magnet.h"
#include "tests/fuzz/check.h"

using namespace freshet;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const magnet = parse_magnet(as_text(data, size));
  if (!magnet || !magnet->content) return 0;
  auto const again = parse_magnet(magnet_link(*magnet->content));
  FUZZ_CHECK(again && again->content == magnet->content);
  FUZZ_CHECK(again->info_hash == magnet->info_hash);
  return 0;
}
