#include "api/remote/sse_reader.h"

#include <catch2/catch.hpp>

#include <vector>

using namespace freshet;
using namespace freshet::remote;

namespace {

std::vector<SseEvent> read_in_pieces(std::string_view text, std::size_t size) {
  SseReader reader(1000);
  std::vector<SseEvent> events;
  for (std::size_t at = 0; at < text.size(); at += size) {
    REQUIRE(reader.feed(text.substr(at, size),
                        [&](SseEvent const& event) { events.push_back(event); }));
  }
  return events;
}

}  // namespace

TEST_CASE("events are read whatever pieces they come in", "[remote]") {
  constexpr std::string_view kText =
      ": hello\n\nid: 7\nevent: state\ndata: {\"a\":\ndata: 1}\n\ndata:x\r\n\r\nevent: none\n\n";
  for (std::size_t size = 1; size <= kText.size(); ++size) {
    auto const events = read_in_pieces(kText, size);

    REQUIRE(events.size() == 2);
    CHECK(events[0].name == "state");
    CHECK(events[0].data == "{\"a\":\n1}");
    CHECK(events[0].id == "7");
    CHECK(events[1].name.empty());
    CHECK(events[1].data == "x");
    CHECK(events[1].id == "7");
  }
}

TEST_CASE("an event that does not end is not told and has a bound", "[remote]") {
  CHECK(read_in_pieces("data: 1\n", 3).empty());
  SseReader reader(100);
  auto const fed = reader.feed("data: " + std::string(100, 'x'), [](SseEvent const&) {});
  CHECK(fed.error().code == Errc::limit_reached);
}
