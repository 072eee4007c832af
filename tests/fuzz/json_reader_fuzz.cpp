// Passing over a value leaves the reader behind it or refuses.
#include "engine/content/json_reader.h"
#include "tests/fuzz/check.h"

using namespace freshet;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const text = as_text(data, size);
  JsonReader whole(text);
  bool const skipped = whole.skip() && whole.at_end();
  JsonReader number(text);
  if (number.number() && number.at_end()) FUZZ_CHECK(skipped);
  JsonReader string(text);
  if (string.string() && string.at_end()) FUZZ_CHECK(skipped);
  return 0;
}
