// Counts connections, all and by address, and what their requests hold in memory, and refuses what
// is beyond the limits.
//
// Any thread. Outlives the workers.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <unordered_map>

#include "freshet/units.h"

namespace freshet::node {

class Doorkeeper {
 public:
  struct Limits {
    std::uint32_t all_max = 0;
    std::uint32_t of_address_max = 0;
    Bytes bodies_max = 0;  // Of requests, of all connections together.
  };
  explicit Doorkeeper(Limits limits) : limits_(limits) {}

  [[nodiscard]] bool enter(std::string const& address) {
    std::lock_guard const lock(mutex_);
    if (all_ >= limits_.all_max) return false;
    auto& count = by_address_[address];
    if (count >= limits_.of_address_max) return false;
    ++count;
    ++all_;
    return true;
  }
  void leave(std::string const& address) {
    std::lock_guard const lock(mutex_);
    --all_;
    auto const found = by_address_.find(address);
    if (--found->second == 0) by_address_.erase(found);
  }
  // Memory for the body of a request; what was held is let go of.
  [[nodiscard]] bool hold(Bytes bytes) {
    if ((bodies_ += bytes) <= limits_.bodies_max) return true;
    bodies_ -= bytes;
    return false;
  }
  void let_go(Bytes bytes) { bodies_ -= bytes; }
  [[nodiscard]] std::uint32_t inside() const { return all_; }

 private:
  Limits const limits_;
  std::atomic<Bytes> bodies_ = 0;
  std::mutex mutex_;
  std::atomic<std::uint32_t> all_ = 0;
  std::unordered_map<std::string, std::uint32_t> by_address_;
};

}  // namespace freshet::node
