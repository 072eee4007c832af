#include "engine/transfer/fetchers.h"

#include <algorithm>
#include <functional>

#include "engine/transfer/rendezvous.h"

namespace freshet {

namespace {

// No group has these numbers.
constexpr std::uint64_t kChoice = ~0ULL;
constexpr std::uint64_t kStart = ~0ULL - 1;

}  // namespace

Fetchers::Fetchers(std::uint64_t own_key, Group groups, std::size_t fetchers_max)
    : own_(member(own_key)),
      groups_(groups),
      fetchers_max_(std::max<std::size_t>(1, fetchers_max)),
      owned_(groups) {
  share_out();
}

Fetchers::Member Fetchers::member(std::uint64_t key) {
  return {rendezvous_weight(key, kChoice), key};
}

void Fetchers::add(std::uint64_t key) {
  auto const added = member(key);
  auto const at = std::ranges::lower_bound(others_, added, std::greater<>());
  bool const counts = at - others_.begin() < static_cast<std::ptrdiff_t>(fetchers_max_);
  others_.insert(at, added);
  if (counts) share_out();
}

void Fetchers::remove(std::uint64_t key) {
  auto const removed = member(key);
  auto const at = std::ranges::lower_bound(others_, removed, std::greater<>());
  if (at == others_.end() || *at != removed) return;
  bool const counted = at - others_.begin() < static_cast<std::ptrdiff_t>(fetchers_max_);
  others_.erase(at);
  if (counted) share_out();
}

std::size_t Fetchers::before_us() const {
  auto const at = std::ranges::lower_bound(others_, own_, std::greater<>());
  return static_cast<std::size_t>(at - others_.begin());
}

// Among the heaviest of all, ourselves included.
bool Fetchers::chosen(Member const& of) const {
  auto const at = std::ranges::lower_bound(others_, of, std::greater<>());
  auto const before = static_cast<std::size_t>(at - others_.begin()) + (own_ > of ? 1 : 0);
  return before < fetchers_max_;
}

bool Fetchers::outranks_us(std::uint64_t key, Group group) const {
  bool const they = chosen(member(key));
  if (they != chosen()) return they;
  return outranks(key, own_.key, group);
}

std::span<Fetchers::Member const> Fetchers::other_fetchers() const {
  auto const count = fetchers_max_ - (chosen() ? 1 : 0);
  return {others_.data(), std::min(count, others_.size())};
}

std::size_t Fetchers::rank(Group group) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      other_fetchers(), [&](Member const& other) { return outranks(other.key, own_.key, group); }));
}

Fetchers::Group Fetchers::steps_of_owner(Group group) const {
  auto const others = other_fetchers();
  auto const owner = std::ranges::max_element(others, [&](Member const& one, Member const& two) {
    return outranks(two.key, one.key, group);
  });
  if (owner == others.end()) return 0;
  return (group + groups_ - start(owner->key)) % groups_;
}

Fetchers::Group Fetchers::start(std::uint64_t key) const {
  return static_cast<Group>(rendezvous_weight(key, kStart) % groups_);
}

void Fetchers::share_out() {
  owned_ = PieceMap(groups_);
  if (!chosen()) return;
  std::vector<std::uint64_t> rivals;
  for (auto const& other : other_fetchers()) rivals.push_back(other.key);
  for (Group group = 0; group < groups_; ++group) {
    if (freshet::owns(own_.key, rivals, group)) owned_.set(PieceIndex{group});
  }
}

}  // namespace freshet
