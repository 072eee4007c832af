#include "engine/policy/month_book.h"

#include <catch2/catch.hpp>

using namespace freshet;

namespace {

MovedBytes sent_far(Bytes bytes) {
  MovedBytes moved;
  moved.peers.internet.sent = bytes;
  moved.from_origin = 2 * bytes;
  moved.files_downloaded = 1;
  return moved;
}

}  // namespace

TEST_CASE("months are counted apart", "[month]") {
  MonthBook book;
  book.add("2026-10", sent_far(5));
  book.add("2026-11", sent_far(7));
  book.add("2026-11", sent_far(1));

  CHECK(book.of("2026-10") == sent_far(5));
  CHECK(book.of("2026-11").peers.internet.sent == 8);
  CHECK(book.of("2026-11").from_origin == 16);
  CHECK(book.of("2026-11").files_downloaded == 2);
  CHECK(book.of("2026-12") == MovedBytes{});
}

TEST_CASE("a month is what its note says", "[month]") {
  MonthBook book;
  auto moved = sent_far(5);
  moved.peers.link_local = {1, 2};
  moved.peers.lan = {3, 4};
  moved.peers.group = {5, 6};
  moved.from_cache_hosts = 7;
  moved.files_uploaded = 8;
  book.add("2026-11", moved);
  book.see_rate("2026-11", {1000});

  MonthBook again;
  again.load("2026-11", book.note_of("2026-11"));

  CHECK(again.of("2026-11") == moved);
  CHECK(again.peak().value == 1000);
  CHECK(book.note_of("2027-01").empty());
}

TEST_CASE("a note with damage or of a newer version gives what can be read", "[month]") {
  MonthBook book;
  book.load("2026-11",
            "internet.sent 5\nnonsense\norigin x\nshiny 4\n\nlan.sent 99999999999999999999\n");
  CHECK(book.of("2026-11").peers.internet.sent == 5);
  CHECK(book.of("2026-11").from_origin == 0);
  CHECK(book.of("2026-11").peers.lan.sent == 0);
}

TEST_CASE("the highest rate of the two newest months counts", "[month]") {
  MonthBook book;
  CHECK(book.peak().value == 0);
  book.see_rate("2026-08", {9000});
  book.see_rate("2026-10", {100});
  book.see_rate("2026-10", {50});
  CHECK(book.peak().value == 9000);
  book.see_rate("2026-11", {70});
  CHECK(book.peak().value == 100);
}

TEST_CASE("months older than a year are forgotten", "[month]") {
  MonthBook book;
  for (int year = 10; year < 26; ++year) book.add("20" + std::to_string(year) + "-01", sent_far(1));
  CHECK(book.size() == 13);
  CHECK(book.take_forgotten() == std::vector<std::string>{"2010-01", "2011-01", "2012-01"});
  CHECK(book.take_forgotten().empty());
}
