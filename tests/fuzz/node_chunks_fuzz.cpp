// Chunks carry the same content in one piece and byte by byte.
#include "api/node/http/chunks.h"
#include "tests/fuzz/check.h"

using namespace freshet::node;

namespace {

std::string content_of(std::string_view text, std::size_t piece, ChunkReader& reader) {
  std::string content;
  for (std::size_t at = 0; at < text.size() && !reader.done() && !reader.refusal();) {
    auto bytes = text.substr(at, piece);
    auto const size = bytes.size();
    content += reader.feed(bytes);
    FUZZ_CHECK(bytes.size() < size || reader.refusal());
    at += size - bytes.size();
  }
  return content;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const text = as_text(data, size);
  ChunkReader whole;
  ChunkReader bytewise;
  auto const content = content_of(text, text.size(), whole);
  FUZZ_CHECK(content == content_of(text, 1, bytewise));
  FUZZ_CHECK(whole.done() == bytewise.done());
  FUZZ_CHECK(whole.trailers() == bytewise.trailers());
  FUZZ_CHECK(content.size() <= size);
  for (auto const field : whole.trailers()) FUZZ_CHECK(field.name != "Content-Length");
  return 0;
}
