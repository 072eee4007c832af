#include "peer/link_announce.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace freshet::peer {

namespace {

constexpr std::string_view kRequest = "BT-SEARCH * HTTP/1.1";
constexpr std::size_t kHashDigits = 40;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char left, unsigned char right) {
    return std::tolower(left) == std::tolower(right);
  });
}

std::optional<std::string> hash_from(std::string_view digits) {
  if (digits.size() != kHashDigits) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    unsigned byte = 0;
    auto const* const begin = digits.data() + i;
    auto const [end, error] = std::from_chars(begin, begin + 2, byte, 16);
    if (error != std::errc{} || end != begin + 2) return std::nullopt;
    bytes.push_back(static_cast<char>(byte));
  }
  return bytes;
}

void take_port(std::string_view value, LinkAnnounce& announce) {
  std::uint16_t port = 0;
  auto const [end, error] = std::from_chars(value.data(), value.data() + value.size(), port);
  if (error == std::errc{} && end == value.data() + value.size()) announce.port = port;
}

}  // namespace

std::optional<LinkAnnounce> parse_link_announce(std::string_view datagram) {
  if (datagram.size() > kAnnounceBytesMax || !datagram.starts_with(kRequest)) return std::nullopt;
  LinkAnnounce announce;
  auto rest = datagram.substr(std::min(datagram.find('\n'), datagram.size() - 1) + 1);
  while (!rest.empty()) {
    auto const line = trimmed(rest.substr(0, rest.find('\n')));
    rest.remove_prefix(std::min(rest.find('\n'), rest.size() - 1) + 1);
    auto const colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    auto const value = trimmed(line.substr(colon + 1));
    if (same_name(line.substr(0, colon), "port")) take_port(value, announce);
    if (!same_name(line.substr(0, colon), "infohash")) continue;
    auto hash = hash_from(value);
    if (hash && announce.short_hashes.size() < kAnnounceHashesMax) {
      announce.short_hashes.push_back(std::move(*hash));
    }
  }
  bool const whole = announce.port != 0 && !announce.short_hashes.empty();
  return whole ? std::optional(std::move(announce)) : std::nullopt;
}

}  // namespace freshet::peer
