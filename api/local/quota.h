// What all users together and each of them may have of something scarce, and who has how much.
//
// Reactor only. Shares give back what they hold; the quota outlives them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

namespace freshet::local {

class Quota {
 public:
  Quota(std::size_t all_max, std::size_t per_user_max)
      : all_max_(all_max), per_user_max_(per_user_max) {}

  class Share {
   public:
    Share() = default;
    Share(Quota& quota, std::uint32_t user) : quota_(&quota), user_(user) {}
    Share(Share&& other) noexcept
        : quota_(std::exchange(other.quota_, nullptr)),
          user_(other.user_),
          held_(std::exchange(other.held_, 0)) {}
    Share& operator=(Share&& other) noexcept {
      std::swap(quota_, other.quota_);
      std::swap(user_, other.user_);
      std::swap(held_, other.held_);
      return *this;
    }
    ~Share() { release(); }

    // Holds so much from now on; false, and as before, when there is not so much left.
    [[nodiscard]] bool hold(std::size_t amount) {
      if (amount > held_ && !quota_->take(user_, amount - held_)) return false;
      if (amount < held_) quota_->give_back(user_, held_ - amount);
      held_ = amount;
      return true;
    }
    void release() {
      if (held_ > 0) quota_->give_back(user_, std::exchange(held_, 0));
    }
    [[nodiscard]] std::size_t held() const { return held_; }

   private:
    Quota* quota_ = nullptr;
    std::uint32_t user_ = 0;
    std::size_t held_ = 0;
  };

  [[nodiscard]] std::size_t all() const { return all_; }

 private:
  [[nodiscard]] bool take(std::uint32_t user, std::size_t amount) {
    auto const found = by_user_.find(user);
    auto const has = found == by_user_.end() ? 0 : found->second;
    if (amount > all_max_ - all_ || amount > per_user_max_ - has) return false;
    all_ += amount;
    by_user_[user] = has + amount;
    return true;
  }
  void give_back(std::uint32_t user, std::size_t amount) {
    all_ -= amount;
    auto const found = by_user_.find(user);
    found->second -= amount;
    if (found->second == 0) by_user_.erase(found);
  }

  std::size_t const all_max_;
  std::size_t const per_user_max_;
  std::size_t all_ = 0;
  std::map<std::uint32_t, std::size_t> by_user_;
};

}  // namespace freshet::local
