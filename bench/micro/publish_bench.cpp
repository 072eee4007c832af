// How fast a file becomes a manifest: 1 GiB from the page cache, with two threads.
#include <catch2/catch.hpp>

#include "api/file_hasher.h"
#include "tests/support/temp_folder.h"

using namespace freshet;

TEST_CASE("a file on disk", "[bench]") {
  TempFolder const folder;
  std::string text(64_MiB, 'x');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * i / 7);
  auto const path = folder / "file";
  write_file(path, text);
  for (int i = 1; i < 16; ++i) {
    std::ofstream(path, std::ios::binary | std::ios::app).write(text.data(), 64 << 20);
  }
  BENCHMARK("hash a file of 1 GiB") {
    return hash_file(path);
  };
}
