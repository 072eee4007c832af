// Whatever peers ask, the tracker's answers are bencoded, its book stays within its limits, and it
// tells of no address that did not ask. The input is lines: "/path?query".
#include "api/node/tracker/tracker_reply.h"
#include "engine/content/bencode.h"
#include "tests/fuzz/check.h"

using namespace freshet;
using namespace freshet::node;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  AnnounceBook book{
      {.swarms_max = 3, .peers_max = 8, .peers_per_swarm_max = 5, .peers_per_address_max = 4}};
  auto text = as_text(data, size);
  TimePoint now{};
  for (std::uint8_t host = 0; !text.empty(); ++host) {
    auto const line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    now += std::chrono::seconds{line.size()};
    std::array<std::uint8_t, 4> const from{192, 0, 2, static_cast<std::uint8_t>(host % 4)};
    AnnouncedBy const by{*address_of(from), *parse_address("192.0.2.100")};
    auto const mark = std::min(line.find('?'), line.size());
    auto const query = line.substr(std::min(mark + 1, line.size()));
    auto const reply = answer_tracker(line.substr(0, mark), query, by, now, book);
    if (reply) FUZZ_CHECK(parse_bencode(*reply).has_value());
    FUZZ_CHECK(book.peers() <= 8 && book.swarms() <= 3);
    auto const request = parse_announce(query);
    if (!request) continue;
    for (auto const& peer : book.announce(*request, by, now).peers) {
      FUZZ_CHECK(peer.place.address.is_v4() && peer.place.address.bytes[15] < 4);
    }
  }
  return 0;
}
