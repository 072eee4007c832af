#include "engine/origin/reach.h"

#include <arpa/inet.h>

#include <array>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/ip_address.h"

namespace freshet {

namespace {

struct Inside {
  std::string_view network;
  Reach reach;
};

constexpr std::array<Inside, 10> kInside{{{"0.0.0.0/8", Reach::machine},
                                          {"127.0.0.0/8", Reach::machine},
                                          {"169.254.0.0/16", Reach::link},
                                          {"fe80::/10", Reach::link},
                                          {"10.0.0.0/8", Reach::site},
                                          {"100.64.0.0/10", Reach::site},
                                          {"172.16.0.0/12", Reach::site},
                                          {"192.168.0.0/16", Reach::site},
                                          {"fc00::/7", Reach::site},
                                          {"fec0::/10", Reach::site}}};

Reach reach_of(IpAddress const& address) {
  static auto const all = [] {
    std::vector<std::pair<IpNetwork, Reach>> networks;
    for (auto const& each : kInside) {
      networks.emplace_back(*parse_network(each.network), each.reach);
    }
    return networks;
  }();
  // IPv4 was once written as ::a.b.c.d too.
  static auto const old_style = *parse_network("::/96");
  auto plain = undressed(address);
  if (old_style.contains(plain)) plain = *address_of(std::span(plain.bytes).subspan(12));
  for (auto const& [network, reach] : all) {
    if (network.contains(plain)) return reach;
  }
  return Reach::internet;
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
  if (auto const address = parse_address(text)) return reach_of(*address);
  in_addr v4{};
  // Resolvers take 127.1 and 0x7f000001 too.
  if (inet_aton(text.c_str(), &v4) != 0) {
    std::span const bytes(reinterpret_cast<std::uint8_t const*>(&v4.s_addr), sizeof v4.s_addr);
    return reach_of(*address_of(bytes));
  }
  bool const local = text == "localhost" || text.ends_with(".localhost") || text == "localhost.";
  return local ? Reach::machine : Reach::internet;
}

}  // namespace freshet
