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

std::uint64_t Fetchers::start() const {
  return rendezvous_weight(own_.key, kStart);
}

void Fetchers::share_out() {
  owned_ = PieceMap(groups_);
  if (!chosen()) return;
  std::vector<std::uint64_t> rivals;
  for (auto const& other : others_) {
    if (rivals.size() + 1 == fetchers_max_) break;
    rivals.push_back(other.key);
  }
  for (Group group = 0; group < groups_; ++group) {
    if (freshet::owns(own_.key, rivals, group)) owned_.set(PieceIndex{group});
  }
}

}  // namespace freshet
