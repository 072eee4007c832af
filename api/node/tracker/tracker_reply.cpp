#include "api/node/tracker/tracker_reply.h"

#include <algorithm>
#include <map>

#include "engine/content/bencode.h"

namespace freshet::node {

namespace {

std::int64_t seconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
}

std::string_view view(std::array<std::uint8_t, 20> const& bytes) {
  return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

// Of one family: its address, then the port, both as on the wire.
std::string compact(std::vector<GivenPeer> const& peers, bool v4) {
  std::string out;
  for (auto const& [place, id] : peers) {
    if (place.address.is_v4() != v4) continue;
    auto const& bytes = place.address.bytes;
    out.append(bytes.begin() + (v4 ? 12 : 0), bytes.end());
    out += static_cast<char>(place.port >> 8);
    out += static_cast<char>(place.port & 0xff);
  }
  return out;
}

void put_list(BencodeWriter& to, std::vector<GivenPeer> const& peers, bool without_ids) {
  to.begin_list();
  for (auto const& [place, id] : peers) {
    to.begin_dict().key("ip").string(to_string(place.address));
    if (!without_ids) to.key("peer id").string(view(id));
    to.key("port").integer(place.port).end();
  }
  to.end();
}

void put_counts(BencodeWriter& to, SwarmCounts const& counts) {
  to.begin_dict();
  to.key("complete").integer(static_cast<std::int64_t>(counts.complete));
  to.key("downloaded").integer(static_cast<std::int64_t>(counts.downloaded));
  to.key("incomplete").integer(static_cast<std::int64_t>(counts.incomplete));
  to.end();
}

std::string scrape_reply(std::vector<SwarmHash> const& hashes, TimePoint now, AnnounceBook& book) {
  std::map<SwarmHash, SwarmCounts> counted;
  for (auto const& hash : hashes) counted[hash] = book.counts(hash, now);
  BencodeWriter to;
  to.begin_dict().key("files").begin_dict();
  for (auto const& [hash, counts] : counted) {
    to.key(view(hash));
    put_counts(to, counts);
  }
  to.end().end();
  return to.take();
}

}  // namespace

std::string announce_reply(AnnounceRequest const& request, Announced const& announced,
                           TrackerLimits const& limits) {
  BencodeWriter to;
  to.begin_dict();
  to.key("complete").integer(static_cast<std::int64_t>(announced.counts.complete));
  to.key("downloaded").integer(static_cast<std::int64_t>(announced.counts.downloaded));
  to.key("incomplete").integer(static_cast<std::int64_t>(announced.counts.incomplete));
  to.key("interval").integer(seconds(limits.interval));
  to.key("min interval").integer(seconds(limits.interval_min));
  to.key("peers");
  if (request.compact) {
    to.string(compact(announced.peers, true));
    to.key("peers6").string(compact(announced.peers, false));
  } else {
    put_list(to, announced.peers, request.without_ids);
  }
  if (announced.full) to.key("warning message").string("the tracker is full: you are not listed");
  to.end();
  return to.take();
}

std::string failure_reply(std::string_view why) {
  BencodeWriter to;
  to.begin_dict().key("failure reason").string(why).end();
  return to.take();
}

std::optional<std::string> answer_tracker(std::string_view path, std::string_view query,
                                          AnnouncedBy const& by, TimePoint now,
                                          AnnounceBook& book) {
  if (path == "/announce") {
    auto const request = parse_announce(query);
    if (!request) return failure_reply(request.error());
    return announce_reply(*request, book.announce(*request, by, now), book.limits());
  }
  if (path == "/scrape") {
    auto const hashes = parse_scrape(query);
    return hashes ? scrape_reply(*hashes, now, book) : failure_reply(hashes.error());
  }
  return std::nullopt;
}

}  // namespace freshet::node
