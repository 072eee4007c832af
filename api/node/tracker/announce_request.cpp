#include "api/node/tracker/announce_request.h"

#include <algorithm>
#include <optional>

#include "api/node/http/text.h"

namespace freshet::node {

namespace {

constexpr std::size_t kQueryBytesMax = 8192;
constexpr std::size_t kPartsMax = 128;

struct Part {
  std::string name;
  std::string value;
};

std::optional<std::vector<Part>> parts_of(std::string_view query) {
  std::vector<Part> parts;
  if (query.size() > kQueryBytesMax) return std::nullopt;
  while (!query.empty()) {
    auto const text = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(text.size() + 1, query.size()));
    auto const equals = text.find('=');
    auto name = percent_decoded(text.substr(0, equals));
    auto value = percent_decoded(equals == std::string_view::npos ? "" : text.substr(equals + 1));
    if (!name || !value || parts.size() == kPartsMax) return std::nullopt;
    parts.push_back({std::move(*name), std::move(*value)});
  }
  return parts;
}

bool take_bytes(std::string const& value, std::array<std::uint8_t, 20>& to) {
  if (value.size() != to.size()) return false;
  std::ranges::transform(value, to.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
  return true;
}

PeerEvent event_of(std::string_view text) {
  if (text == "started") return PeerEvent::started;
  if (text == "stopped") return PeerEvent::stopped;
  return text == "completed" ? PeerEvent::completed : PeerEvent::none;
}

bool take_port(std::string const& value, std::uint16_t& port) {
  auto const number = parse_number(value);
  if (!number || *number == 0 || *number > 65'535) return false;
  port = static_cast<std::uint16_t>(*number);
  return true;
}

template <typename T>
bool take_number(std::string const& value, T& to) {
  auto const number = parse_number(value);
  if (number) to = static_cast<T>(*number);
  return number.has_value();
}

// Whether the part is right; what is not known is.
bool take(Part const& part, AnnounceRequest& request) {
  if (part.name == "info_hash") return take_bytes(part.value, request.swarm);
  if (part.name == "peer_id") return take_bytes(part.value, request.peer_id);
  if (part.name == "port") return take_port(part.value, request.port);
  if (part.name == "left") return take_number(part.value, request.left);
  if (part.name == "event") request.event = event_of(part.value);
  if (part.name == "compact") request.compact = part.value != "0";
  if (part.name == "no_peer_id") request.without_ids = part.value != "0";
  // Some say -1 for as many as there are.
  if (part.name == "numwant") static_cast<void>(take_number(part.value, request.wanted));
  return true;
}

}  // namespace

tl::expected<AnnounceRequest, TrackerFault> parse_announce(std::string_view query) {
  auto const parts = parts_of(query);
  if (!parts) return tl::unexpected<TrackerFault>("the query is malformed");
  AnnounceRequest request;
  request.left = kToEnd;
  bool named = false;
  for (auto const& part : *parts) {
    if (!take(part, request)) return tl::unexpected<TrackerFault>(part.name + " is malformed");
    named = named || part.name == "info_hash";
  }
  if (!named) return tl::unexpected<TrackerFault>("info_hash is missing");
  if (request.port == 0) return tl::unexpected<TrackerFault>("port is missing");
  return request;
}

tl::expected<std::vector<SwarmHash>, TrackerFault> parse_scrape(std::string_view query) {
  auto const parts = parts_of(query);
  if (!parts) return tl::unexpected<TrackerFault>("the query is malformed");
  std::vector<SwarmHash> hashes;
  for (auto const& part : *parts) {
    if (part.name != "info_hash") continue;
    SwarmHash hash{};
    if (!take_bytes(part.value, hash)) {
      return tl::unexpected<TrackerFault>("info_hash is malformed");
    }
    if (hashes.size() == kScrapeMax) return tl::unexpected<TrackerFault>("too many at once");
    hashes.push_back(hash);
  }
  if (hashes.empty()) return tl::unexpected<TrackerFault>("info_hash is missing");
  return hashes;
}

}  // namespace freshet::node
