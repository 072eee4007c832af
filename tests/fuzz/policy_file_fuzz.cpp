// Policy files: whatever the bytes, an answer; and what is read says the same when read again.
#include "api/policy/policy_file.h"
#include "engine/policy/policy_table.h"
#include "tests/fuzz/check.h"

using namespace freshet;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const file = parse_policy_file(as_text(data, size), "f.toml");
  if (!file) return 0;
  for (auto const& row : policy_table()) {
    auto const value = policy_text(file->policy, row);
    if (value.empty()) continue;
    Policy again;
    FUZZ_CHECK(set_policy_text(again, row.name, value).has_value());
    FUZZ_CHECK(policy_text(again, row) == value);
  }
  return 0;
}
