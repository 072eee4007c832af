#include "engine/origin/reach.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <span>
#include <string>

namespace freshet {

namespace {

using Bytes16 = std::array<std::uint8_t, 16>;

struct Network4 {
  std::uint32_t first;
  unsigned prefix;
  Reach reach;
};

constexpr std::array<Network4, 7> kNetworks4{{{0x00000000, 8, Reach::machine},
                                              {0x7f000000, 8, Reach::machine},
                                              {0xa9fe0000, 16, Reach::link},
                                              {0x0a000000, 8, Reach::site},
                                              {0x64400000, 10, Reach::site},
                                              {0xac100000, 12, Reach::site},
                                              {0xc0a80000, 16, Reach::site}}};

Reach of_v4(std::uint32_t address) {
  for (auto const& network : kNetworks4) {
    if (((address ^ network.first) >> (32 - network.prefix)) == 0) return network.reach;
  }
  return Reach::internet;
}

Reach of_v4_at(Bytes16 const& bytes, std::size_t at) {
  std::uint32_t address = 0;
  for (auto const byte : std::span(bytes).subspan(at, 4)) address = address << 8 | byte;
  return of_v4(address);
}

bool begins(Bytes16 const& bytes, std::span<std::uint8_t const> with) {
  return std::equal(with.begin(), with.end(), bytes.begin());
}

Reach of_v6(Bytes16 const& bytes) {
  static constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  static constexpr std::array<std::uint8_t, 12> old_style{};  // Also :: and ::1, which are 0.0.0.x.
  static constexpr std::array<std::uint8_t, 12> nat64{0, 0x64, 0xff, 0x9b};
  static constexpr std::array<std::uint8_t, 2> six_to_four{0x20, 0x02};
  if (begins(bytes, mapped) || begins(bytes, old_style) || begins(bytes, nat64)) {
    return of_v4_at(bytes, 12);
  }
  if (begins(bytes, six_to_four)) return of_v4_at(bytes, 2);
  if (bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80) return Reach::link;
  bool const site = (bytes[0] & 0xfe) == 0xfc || (bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0xc0);
  return site ? Reach::site : Reach::internet;
}

}  // namespace

std::string_view name(Reach reach) {
  switch (reach) {
    case Reach::internet:
      return "the Internet";
    case Reach::site:
      return "a private network";
    case Reach::link:
      return "this link";
    case Reach::machine:
      return "this machine";
  }
  return {};
}

Reach reach_of(std::string_view host) {
  std::string const text(host.substr(0, host.find('%')));  // A zone follows.
  Bytes16 bytes{};
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return of_v6(bytes);
  in_addr v4{};
  // Resolvers take 127.1 and 0x7f000001 too.
  if (inet_aton(text.c_str(), &v4) != 0) return of_v4(ntohl(v4.s_addr));
  bool const local = text == "localhost" || text.ends_with(".localhost") || text == "localhost.";
  return local ? Reach::machine : Reach::internet;
}

}  // namespace freshet
