// A digest that is found can be written and found again.
#include "engine/content/digest_fields.h"
#include "tests/fuzz/check.h"

using namespace freshet;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const text = as_text(data, size);
  if (auto const digest = sha256_from_digest_field(text)) {
    FUZZ_CHECK(sha256_from_digest_field(to_digest_field(*digest)) == digest);
    FUZZ_CHECK(text.find("sha-256") != std::string_view::npos);
  }
  static_cast<void>(sha256_from_old_digest_field(text));
  return 0;
}
