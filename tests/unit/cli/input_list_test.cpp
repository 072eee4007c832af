#include "api/cli/input_list.h"

#include <catch2/catch.hpp>
#include <sstream>

using namespace freshet;
using namespace freshet::cli;

namespace {

Result<std::vector<ListedFile>> read(std::string const& text) {
  std::istringstream lines(text);
  return read_list(lines, "list");
}

}  // namespace

TEST_CASE("a list has a URL a line and perhaps a path", "[cli]") {
  auto const files = read("http://h/a\n\n# not this\nhttp://h/b  with space.txt \r\n");
  REQUIRE(files);
  REQUIRE(files->size() == 2);
  CHECK(files->at(0).urls == std::vector<std::string>{"http://h/a"});
  CHECK(files->at(0).path.empty());
  CHECK(files->at(1).path == "with space.txt");
}

TEST_CASE("indented lines say what is known of the file above them", "[cli]") {
  auto const files = read(
      "http://h/a\n"
      "  out=x/a.bin\n"
      "\tsha256=00ff\n"
      "  # a comment\n"
      "  mirror = http://m/a\n"
      "http://h/b\thttp://m/b\n"
      "  dir=/d\n"
      "  checksum=sha-256=abcd\n"
      "  content=5-00\n"
      "  manifest=b.torrent\n");
  REQUIRE(files);
  REQUIRE(files->size() == 2);
  auto const& a = files->at(0);
  CHECK(a.path == "x/a.bin");
  CHECK(a.sha256 == "00ff");
  CHECK(a.urls == std::vector<std::string>{"http://h/a", "http://m/a"});
  auto const& b = files->at(1);
  CHECK(b.urls == std::vector<std::string>{"http://h/b", "http://m/b"});
  CHECK(b.directory == "/d");
  CHECK(b.sha256 == "abcd");
  CHECK(b.content == "5-00");
  CHECK(b.manifest == "b.torrent");
}

TEST_CASE("what a list says wrongly is refused with its line", "[cli]") {
  for (std::string const text : {"  out=a\n", "http://h/a\n  colour=red\n", "http://h/a\n  out\n",
                                 "http://h/a\n  out=\n", "http://h/a\n  checksum=md5=00\n"}) {
    INFO(text);
    auto const files = read(text);
    REQUIRE_FALSE(files);
    CHECK(files.error().code == Errc::invalid_argument);
    CHECK(files.error().where.starts_with("list line "));
  }
}

TEST_CASE("a list beyond all measure is refused", "[cli]") {
  std::string text;
  for (std::size_t i = 0; i <= kInputFilesMax; ++i) text += "http://h/a\n";
  CHECK(read(text).error().code == Errc::limit_reached);
}
