// Messages of apt: read alike in one piece and in many, written as they were read, and whatever
// they say leads to a place below the root and a URL of the web.
#include "api/apt/message.h"
#include "api/apt/route.h"
#include "tests/fuzz/check.h"

using namespace freshet::apt;

namespace {

std::string all_of(std::string_view text, std::size_t step) {
  MessageReader reader;
  std::string all;
  Message message;
  for (std::size_t at = 0; at < text.size(); at += step) {
    reader.feed(text.substr(at, step));
    while (reader.take(message)) all += to_text(message);
  }
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const text = as_text(data, size);
  auto const whole = all_of(text, size + 1);
  FUZZ_CHECK(whole == all_of(text, 5));
  FUZZ_CHECK(whole == all_of(whole, 7));
  MessageReader reader;
  reader.feed(text);
  Settings settings;
  Message message;
  while (reader.take(message)) {
    if (message.code == 601) settings = Settings(message);
    if (auto const wish = wish_of(message, settings)) {
      FUZZ_CHECK(wish->file.starts_with("/"));
      FUZZ_CHECK(wish->url.starts_with("http://") || wish->url.starts_with("https://"));
    }
  }
  return 0;
}
