// What is read as bencoding has one spelling: writing it gives the same bytes.
#include "engine/content/bencode.h"
#include "tests/fuzz/check.h"

using namespace freshet;

namespace {

void write(BencodeWriter& writer, BencodeValue const& value) {
  if (auto const number = value.integer()) writer.integer(*number);
  if (auto const text = value.string()) writer.string(*text);
  if (auto const* list = value.list()) {
    writer.begin_list();
    for (auto const& entry : *list) write(writer, entry);
    writer.end();
  }
  if (auto const* dict = value.dict()) {
    writer.begin_dict();
    for (auto const& [key, entry] : *dict) write(writer.key(key), entry);
    writer.end();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const text = as_text(data, size);
  auto const value = parse_bencode(text);
  if (!value) return 0;
  FUZZ_CHECK(value->encoded() == text);
  BencodeWriter writer;
  write(writer, *value);
  FUZZ_CHECK(writer.take() == text);
  return 0;
}
