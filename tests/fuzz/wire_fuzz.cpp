// What is accepted as a request or an answer is written back as text that means the same.
#include "api/wire/problem.h"
#include "api/wire/wire.h"
#include "tests/fuzz/check.h"

using namespace freshet;
using namespace freshet::wire;

namespace {

template <typename T>
void try_as(std::string_view text) {
  auto const value = read<T>(text, Unknown::ignore);
  if (!value) {
    FUZZ_CHECK(!value.error().where.empty());
    FUZZ_CHECK(!read<T>(text));
    return;
  }
  auto const written = write(*value);
  auto const again = read<T>(written);
  FUZZ_CHECK(again.has_value());
  FUZZ_CHECK(write(*again) == written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const text = as_text(data, size);
  try_as<NewJobRequest>(text);
  try_as<JobEvent>(text);
  try_as<FileInfo>(text);
  try_as<PeerStatus>(text);
  try_as<ErrorReport>(text);
  static_cast<void>(read_problem(text));
  return 0;
}
