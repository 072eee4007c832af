// Links lead to absolute web addresses only, and to no more than the limit.
#include "engine/content/link_field.h"
#include "tests/fuzz/check.h"

using namespace freshet;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  static auto const base = *parse_url("https://origin.example/a/b?c");
  auto const text = as_text(data, size);
  auto const links = parse_link_field(text);
  FUZZ_CHECK(!links || links->size() <= kLinksMax);
  auto urls = manifest_urls(text, base);
  auto const mirrors = mirror_urls(text, base);
  urls.insert(urls.end(), mirrors.begin(), mirrors.end());
  FUZZ_CHECK(links || urls.empty());
  for (auto const& url : urls) {
    auto const read = parse_url(url);
    FUZZ_CHECK(read && read->scheme != "file" && to_string(*read) == url);
  }
  return 0;
}
