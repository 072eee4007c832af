// Files of the agent that others write, and its own records, which are written as they were read.
#include "api/doagent/cache_url.h"
#include "api/doagent/record_text.h"
#include "api/doagent/settings_text.h"
#include "tests/fuzz/check.h"

using namespace freshet::doagent;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const text = as_text(data, size);
  auto const settings = read_admin_settings(text);
  if (settings.cache_host) static_cast<void>(cache_url("http://a.example/b", *settings.cache_host));
  static_cast<void>(cache_url("http://a.example/b", read_gateway(text)));
  if (auto const record = read_record(text)) FUZZ_CHECK(read_record(to_text(*record)) == *record);
  return 0;
}
