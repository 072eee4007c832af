// Heads read the same in one piece and byte by byte, nothing is held beyond the limit, and what is
// written of them reads the same again. The first byte picks a request or a response.
#include "api/node/http/request_reader.h"
#include "api/node/http/response_reader.h"
#include "tests/fuzz/check.h"

using namespace freshet;
using namespace freshet::node;

namespace {

constexpr HeadLimits kLimits{.head_bytes_max = 2000, .target_bytes_max = 500, .fields_max = 20};

template <typename Reader>
void feed_bytewise(Reader& reader, std::string_view text) {
  for (std::size_t at = 0; at < text.size() && !reader.done() && !reader.refusal(); ++at) {
    auto byte = text.substr(at, 1);
    reader.feed(byte);
    FUZZ_CHECK(byte.empty() || reader.refusal());
  }
}

template <typename Head>
void check_same(Head const& a, Head const& b) {
  FUZZ_CHECK(a.fields == b.fields && a.framing == b.framing && a.body_bytes == b.body_bytes);
  FUZZ_CHECK(a.minor == b.minor && a.keep_alive == b.keep_alive);
}

template <typename Reader, typename... Options>
void check(std::string_view text, Options... options) {
  Reader whole(options..., kLimits);
  Reader bytewise(options..., kLimits);
  Reader again(options..., kLimits);
  auto left = text;
  whole.feed(left);
  feed_bytewise(bytewise, text);
  FUZZ_CHECK(whole.done() == bytewise.done());
  FUZZ_CHECK(whole.refusal().has_value() == bytewise.refusal().has_value());
  FUZZ_CHECK(text.size() - left.size() <= kLimits.head_bytes_max);
  if (!whole.done()) return;
  auto const head = whole.take();
  check_same(head, bytewise.take());
  auto const written = to_text(head);
  auto rest = std::string_view(written);
  again.feed(rest);
  if (written.size() > kLimits.head_bytes_max) return;  // Blanks and reasons were added.
  FUZZ_CHECK(again.done() && rest.empty());
  check_same(head, again.take());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  if (size == 0) return 0;
  auto const text = as_text(data, size).substr(1);
  if ((data[0] & 1) == 0) {
    check<RequestReader>(text);
  } else {
    check<ResponseReader>(text, (data[0] & 2) == 0 ? "GET" : "HEAD");
  }
  return 0;
}
