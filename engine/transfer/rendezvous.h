// Whose share of the origin's bytes a group of pieces is, found without talking: everyone computes
// a weight for each member and group, and the heaviest member owns it. When a member comes or goes
// only its own groups change hands.
//
// Pure; any thread.
#pragma once

#include <cstdint>
#include <span>

namespace freshet {

// The same on every machine: it is part of how peers work together.
[[nodiscard]] constexpr std::uint64_t rendezvous_weight(std::uint64_t member, std::uint64_t group) {
  auto const mix = [](std::uint64_t x) {
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9ULL;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
  };
  return mix(mix(member + 0x9e3779b97f4a7c15ULL) ^ mix(group + 0x632be59bd9b4e019ULL));
}

// Whether `member` comes before `other` for this group.
[[nodiscard]] constexpr bool outranks(std::uint64_t member, std::uint64_t other,
                                      std::uint64_t group) {
  auto const mine = rendezvous_weight(member, group);
  auto const theirs = rendezvous_weight(other, group);
  return mine != theirs ? mine > theirs : member > other;
}

// Whether the group is `self`'s among `self` and `others`.
[[nodiscard]] constexpr bool owns(std::uint64_t self, std::span<std::uint64_t const> others,
                                  std::uint64_t group) {
  for (auto const other : others) {
    if (outranks(other, self, group)) return false;
  }
  return true;
}

}  // namespace freshet
