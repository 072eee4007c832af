// Torrents and magnet links between us and libtorrent.
#include <catch2/catch.hpp>
#include <random>
#include <sstream>

#include "api/publish.h"
#include "engine/content/magnet.h"
#include "engine/content/torrent_file.h"
#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

using namespace freshet;

namespace {

std::string random_text(std::size_t size) {
  std::mt19937 random(static_cast<std::uint32_t>(size));
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

std::vector<std::string> ask(std::vector<std::string> words) {
  words.insert(words.begin(), {"/usr/bin/python3", TORRENT_PROGRAM});
  auto const ran = run_program(words);
  INFO(ran.output);
  REQUIRE(ran.status == 0);
  std::vector<std::string> lines;
  std::istringstream text(ran.output);
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("libtorrent reads a published torrent and finds the same info-hash",
          "[torrent][integration]") {
  auto const size = GENERATE(as<std::size_t>{}, 1, 16'384, 262'144, 262'145, 3'000'001);
  TempFolder const folder;
  write_file(folder / "file", random_text(size));

  auto const published =
      publish({.file = folder / "file", .urls = {"http://origin.example/a%20b?x=1"}});
  REQUIRE(published);
  auto const seen = ask({"show", published->torrent});

  auto const root = to_hex(published->content.root);
  auto const piece = std::to_string(piece_length_for(size));
  CHECK(seen == std::vector<std::string>{to_hex(published->info_hash), root, std::to_string(size),
                                         piece, root, "http://origin.example/a%20b?x=1"});
  CHECK(ask({"magnet", published->magnet}).front() == to_hex(published->info_hash));
}

TEST_CASE("torrents that libtorrent makes are read and verified", "[torrent][integration]") {
  auto const kind = GENERATE("v2", "hybrid");
  auto const size = GENERATE(as<std::size_t>{}, 1, 16'384, 40'000, 3'000'001);
  auto const piece = GENERATE(as<Bytes>{}, 16'384, 65'536, 1'048'576);
  TempFolder const folder;
  write_file(folder / "some file.bin", random_text(size));

  auto const made = ask(
      {"make", kind, folder / "some file.bin", std::to_string(piece), folder / "foreign.torrent"});
  auto const read = read_torrent(read_file(folder / "foreign.torrent"));

  INFO(kind << " of " << size << " in pieces of " << piece);
  if (!read) FAIL(describe(read.error()));
  auto const ours = hash_file(folder / "some file.bin");
  REQUIRE(ours);
  CHECK(to_hex(read->info_hash) == made.front());
  CHECK(read->name == "some file.bin");
  CHECK(read->manifest->content == (*ours)->content);
  CHECK(read->manifest->piece_length == piece);
  CHECK(read->urls == std::vector<std::string>{"http://seed.example/file"});
  CHECK(read->trackers == std::vector<std::string>{"udp://tracker.example:6969/announce"});
  CHECK_FALSE(read->canonical);
  if (auto const coarse = coarsened(*read->manifest, (*ours)->piece_length)) {
    CHECK(coarse->layer == (*ours)->layer);
  }
}
