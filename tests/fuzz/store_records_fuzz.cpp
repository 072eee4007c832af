// Records of a damaged database: each is read whole or refused, what is read can be computed with,
// and written again it stays the same from then on. The first byte says which record follows.
#include <bit>

#include "engine/content/geometry.h"
#include "store/database_arrivals.h"
#include "store/database_mark.h"
#include "store/job_codec.h"
#include "store/scrubber.h"
#include "store/spool_record.h"
#include "tests/fuzz/check.h"

using namespace freshet;
using namespace freshet::store;

namespace {

// Numbers have several spellings, so only what was written here comes out byte by byte.
template <typename Decode>
void check_stable(std::string_view bytes, Decode const& decode) {
  auto const read = decode(bytes);
  if (!read) return;
  auto const written = encode(*read);
  auto const again = decode(written);
  FUZZ_CHECK(again);
  FUZZ_CHECK(encode(*again) == written);
}

void check_spool(std::string_view bytes) {
  auto const decode = [](std::string_view from) { return decode_spool(SpoolId{1}, from); };
  check_stable(bytes, decode);
  auto const record = decode(bytes);
  if (!record || !record->length || *record->length == 0) return;
  auto const pieces = piece_count(*record->length, record->piece_length);
  auto const last = bytes_of(PieceIndex{pieces - 1}, record->piece_length, *record->length);
  FUZZ_CHECK(last.end == *record->length && !last.empty());
}

void check_chunk(std::string_view bytes) {
  check_stable(bytes, decode_chunk);
  auto const chunk = decode_chunk(bytes);
  if (!chunk) return;
  std::size_t set = 0;
  for (auto const word : chunk->words) set += static_cast<std::size_t>(std::popcount(word));
  FUZZ_CHECK(chunk->words.size() * 64 == kChunkPieces);
  FUZZ_CHECK(chunk->roots.empty() || chunk->roots.size() == set);
}

void check_hashes(std::string_view bytes) {
  std::vector<Digest> layer;
  if (append_layer(bytes, layer)) FUZZ_CHECK(encode_layer(layer) == bytes);
  auto const root = decode_root(bytes);
  if (root) FUZZ_CHECK(encode_root(*root) == bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  if (size == 0) return 0;
  auto const bytes = as_text(data + 1, size - 1);
  switch (data[0]) {
    case 'j':
      check_stable(bytes, decode_job);
      break;
    case 'f':
      check_stable(bytes, decode_file);
      break;
    case 'c':
      check_spool(bytes);
      break;
    case 'p':
      check_chunk(bytes);
      break;
    case 'h':
      check_hashes(bytes);
      break;
    case 'a':
      check_stable(bytes, decode_arrival);
      break;
    case 'm':
      check_stable(bytes, decode_mark);
      break;
    default:
      check_stable(bytes, decode_scrub);
      break;
  }
  return 0;
}
