// A piece hash file that is read writes one that reads the same.
#include "engine/content/piece_hash_file.h"
#include "tests/fuzz/check.h"

using namespace freshet;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const hashes = read_piece_hash_file(as_text(data, size));
  if (!hashes) return 0;
  FUZZ_CHECK((*hashes)->hash_of_hashes == hash_of_hashes(**hashes));
  auto const again = read_piece_hash_file(write_piece_hash_file(**hashes));
  FUZZ_CHECK(again && (*again)->hash_of_hashes == (*hashes)->hash_of_hashes);
  FUZZ_CHECK((*again)->pieces == (*hashes)->pieces);
  PieceHashVerifier verifier(*hashes);
  if (!verifier.update(std::as_bytes(std::span(data, size)))) return 0;
  static_cast<void>(verifier.finish());
  return 0;
}
