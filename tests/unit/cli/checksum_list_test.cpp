#include "api/cli/checksum_list.h"

#include <catch2/catch.hpp>
#include <sstream>

using namespace freshet;
using namespace freshet::cli;

namespace {

std::string hex(char digit) {
  return std::string(64, digit);
}

Result<ChecksumList> read(std::string const& text) {
  std::istringstream lines(text);
  return ChecksumList::read(lines, "SHA256SUMS");
}

}  // namespace

TEST_CASE("a URL has the checksum of the file it names", "[cli]") {
  auto const list = read(hex('a') + "  ./a.iso\n\n# a comment\n" + hex('b') + " *b c.iso\r\n" +
                         "SHA256 (c.iso) = " + hex('c') + "\nMD5 (c.iso) = 00\n");
  REQUIRE(list);
  CHECK(list->of("http://h/x/a.iso?from=here") == digest_from_hex(hex('a')));
  CHECK(list->of("https://h/b%20c.iso") == digest_from_hex(hex('b')));
  CHECK(list->of("http://h/c.iso") == digest_from_hex(hex('c')));
  CHECK_FALSE(list->of("http://h/aa.iso"));
  CHECK_FALSE(list->of("http://h/a.iso/"));
  CHECK_FALSE(list->of("a.iso"));
}

TEST_CASE("of names in several folders the longest that fits counts", "[cli]") {
  auto const list = read(hex('1') + "  Packages\n" + hex('2') + "  main/Packages\n" + hex('3') +
                         "  x/Packages\n");
  REQUIRE(list);
  CHECK(list->of("http://h/dists/main/Packages") == digest_from_hex(hex('2')));
  CHECK(list->of("http://h/dists/contrib/Packages") == digest_from_hex(hex('1')));
}

TEST_CASE("what is no list of checksums is refused with its line", "[cli]") {
  for (auto const& text :
       {std::string("<html>\n"), hex('g') + "  a\n", hex('a') + " a\n", hex('a') + "  ./\n",
        "SHA256 (a) = " + hex('a').substr(1) + "\n", hex('a') + "  a\n" + hex('b') + "  a\n"}) {
    INFO(text);
    auto const list = read(text);
    REQUIRE_FALSE(list);
    CHECK(list.error().code == Errc::invalid_argument);
    CHECK(list.error().where.starts_with("SHA256SUMS line "));
  }
}
