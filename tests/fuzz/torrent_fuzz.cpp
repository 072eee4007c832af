// A torrent that is read has a sound manifest, and its canonical form reads the same.
#include "engine/content/torrent_file.h"
#include "tests/fuzz/check.h"

using namespace freshet;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const torrent = read_torrent(as_text(data, size));
  if (!torrent) return 0;
  auto const& manifest = *torrent->manifest;
  FUZZ_CHECK(manifest.layer.size() == manifest.pieces());
  FUZZ_CHECK(torrent->name.find('/') == std::string::npos && !torrent->name.empty());
  auto const coarse = coarsened(manifest, piece_length_for(manifest.content.length));
  if (coarse == nullptr) return 0;
  FUZZ_CHECK(make_manifest(coarse->content, coarse->piece_length, coarse->layer));
  auto const text = write_torrent(*coarse, torrent->urls, torrent->trackers);
  FUZZ_CHECK(text);
  auto const again = read_torrent(*text);
  FUZZ_CHECK(again && again->canonical);
  FUZZ_CHECK(again->manifest->content == manifest.content);
  FUZZ_CHECK(again->urls == torrent->urls && again->trackers == torrent->trackers);
  return 0;
}
