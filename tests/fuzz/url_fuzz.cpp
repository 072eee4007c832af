// A URL has one spelling, references stay remote, and what is logged holds no secret.
#include "engine/base/url.h"
#include "tests/fuzz/check.h"

using namespace freshet;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  static auto const base = *parse_url("https://user:pass@origin.example/a/b?c");
  auto const text = as_text(data, size);
  if (auto const url = parse_url(text)) {
    auto const again = parse_url(to_string(*url));
    FUZZ_CHECK(again && *again == *url);
    static_cast<void>(local_path(*url));
  }
  if (auto const url = resolve_url(base, text)) {
    FUZZ_CHECK(url->scheme != "file");
    FUZZ_CHECK(url->userinfo != base.userinfo || url->same_origin(base) ||
               text.find("user:pass") != std::string_view::npos);
  }
  auto const shown = redact(text);
  FUZZ_CHECK(shown.find_first_of("?#") == std::string::npos || !parse_url(text));
  for (char const c : shown) FUZZ_CHECK(c >= 0x20 && c < 0x7f);
  return 0;
}
