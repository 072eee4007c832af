#include "peer/torrent_bytes.h"

#include <catch2/catch.hpp>

#include "engine/content/torrent_file.h"
#include "tests/support/memory_store.h"

using namespace freshet;
using namespace freshet::peer;
using namespace freshet::test;

TEST_CASE("without a group the torrent is the canonical one", "[torrent]") {
  auto const manifest = manifest_of(std::string(700'000, 'x'));

  auto const bytes = torrent_bytes(manifest->content, manifest.get(), "");

  CHECK(bytes.file == write_torrent(*manifest, {}).value());
  CHECK(bytes.info_hash == canonical_info_hash(manifest->content));
}

TEST_CASE("a group has an info-hash of its own that others cannot compute", "[torrent]") {
  auto const manifest = manifest_of(std::string(700'000, 'x'));

  auto const one = torrent_bytes(manifest->content, manifest.get(), "one");
  auto const other = torrent_bytes(manifest->content, manifest.get(), "other");

  CHECK(one.info_hash != other.info_hash);
  CHECK(one.info_hash != canonical_info_hash(manifest->content));
  auto const read = read_torrent(one.file);
  REQUIRE(read);
  CHECK(read->info_hash == one.info_hash);
  CHECK_FALSE(read->canonical);
  CHECK(read->manifest->layer == manifest->layer);
}

TEST_CASE("without a manifest the torrent has no layer but the same info-hash", "[torrent]") {
  auto const manifest = manifest_of(std::string(700'000, 'x'));

  auto const known = torrent_bytes(manifest->content, manifest.get(), "");
  auto const unknown = torrent_bytes(manifest->content, nullptr, "");

  CHECK(known.info_hash == unknown.info_hash);
  CHECK(unknown.file.find("piece layers") == std::string::npos);
}
