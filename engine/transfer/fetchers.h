// Who of a crowd fetches from the origin, and which groups of pieces are whose. Found without
// talking: everybody computes it from the keys that it knows. Of a large crowd only some fetch, so
// that a piece is whole, and on its way to the others, soon; they are those whose keys weigh most
// for this content.
//
// Pure. Thread: engine loop.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/content/piece_map.h"

namespace freshet {

class Fetchers {
 public:
  using Group = std::uint32_t;

  Fetchers(std::uint64_t own_key, Group groups, std::size_t fetchers_max);

  // Members of the crowd besides us. A key that is added twice is removed twice.
  void add(std::uint64_t key);
  void remove(std::uint64_t key);

  [[nodiscard]] std::size_t members() const { return others_.size() + 1; }
  // How many members would rather fetch than we.
  [[nodiscard]] std::size_t before_us() const;
  [[nodiscard]] bool chosen() const { return before_us() < fetchers_max_; }
  [[nodiscard]] bool owns(Group group) const { return owned_.has(PieceIndex{group}); }
  // Whether `key` has more right to this group than we.
  [[nodiscard]] bool outranks_us(std::uint64_t key, Group group) const;
  // How many fetchers have more right to this group than we.
  [[nodiscard]] std::size_t rank(Group group) const;
  // How many groups its owner may fetch before this one.
  [[nodiscard]] Group steps_of_owner(Group group) const;
  // Where to begin, so that those who do not know each other yet begin in different places.
  [[nodiscard]] Group start() const { return start(own_.key); }

 private:
  struct Member {
    std::uint64_t weight = 0;
    std::uint64_t key = 0;
    auto operator<=>(Member const&) const = default;
  };
  [[nodiscard]] static Member member(std::uint64_t key);
  [[nodiscard]] bool chosen(Member const& member) const;
  [[nodiscard]] std::span<Member const> other_fetchers() const;
  [[nodiscard]] Group start(std::uint64_t key) const;
  void share_out();

  Member own_;
  Group groups_;
  std::size_t fetchers_max_;
  std::vector<Member> others_;  // The heaviest first.
  PieceMap owned_;              // By group.
};

}  // namespace freshet
