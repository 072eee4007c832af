#include "api/cli/text.h"

#include <catch2/catch.hpp>

using namespace freshet;
using namespace freshet::cli;
using namespace std::chrono_literals;

TEST_CASE("sizes are short for people", "[cli]") {
  CHECK(size_text(0) == "0 B");
  CHECK(size_text(1023) == "1023 B");
  CHECK(size_text(4096) == "4.0 KiB");
  CHECK(size_text(1024 * 1024 - 1) == "1.0 MiB");
  CHECK(size_text(3_GiB / 2) == "1.5 GiB");
  CHECK(size_text(~Bytes{0}) == "16.0 EiB");
}

TEST_CASE("times are short for people", "[cli]") {
  CHECK(time_text(400ms) == "0 s");
  CHECK(time_text(125s) == "2 min 5 s");
  CHECK(time_text(63min) == "1 h 3 min");
  CHECK(time_text(52h) == "2 d 4 h");
}

TEST_CASE("sizes are read in powers of 1024", "[cli]") {
  CHECK(parse_size("64000") == 64000);
  CHECK(parse_size("512K") == 512_KiB);
  CHECK(parse_size("512k") == 512_KiB);
  CHECK(parse_size("1.5M") == 3_MiB / 2);
  CHECK(parse_size("2GiB") == 2_GiB);
  CHECK(parse_size("10MB/s") == 10_MiB);
  CHECK(parse_size("1T/s") == 1_TiB);
}

TEST_CASE("what is no size is refused", "[cli]") {
  for (std::string const text : {"", "K", "x", "-1", "1.5", "1.M", "1..5M", "5 M", "1X", "1KK",
                                 "99999999999999999999", "99999999999T"}) {
    INFO(text);
    CHECK_FALSE(parse_size(text));
  }
}

TEST_CASE("both ends of a range belong to it", "[cli]") {
  CHECK(parse_range("0-0") == ByteRange{0, 1});
  CHECK(parse_range("10-19") == ByteRange{10, 20});
  for (std::string const text : {"", "5", "-5", "5-", "9-5", "a-b", "0-18446744073709551615"}) {
    INFO(text);
    CHECK_FALSE(parse_range(text));
  }
}

TEST_CASE("progress shows how much how fast how long and from where", "[cli]") {
  Progress progress;
  progress.bytes_done = 512_MiB;
  progress.bytes_total = 1_GiB;
  progress.rate = {128_MiB};
  progress.from_origin = 384_MiB;
  progress.from_peers = 128_MiB;
  progress.files_total = 1;

  CHECK(progress_text(progress) ==
        "50%  512.0 MiB of 1.0 GiB  128.0 MiB/s  4 s left  origin 75% peers 25%");
  progress.files_total = 3;
  progress.files_done = 1;
  progress.bytes_total.reset();
  CHECK(progress_text(progress) == "1 of 3 files  512.0 MiB  128.0 MiB/s  origin 75% peers 25%");
}

TEST_CASE("names cannot drive the terminal", "[cli]") {
  CHECK(printable("a\x1b[2Jb\nc\x7f") == "a?[2Jb?c?");
  CHECK(printable("größe") == "größe");
}
