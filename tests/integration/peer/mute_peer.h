// A peer that says it has everything, unchokes, and never sends a block.
//
// Runs a thread of its own until it is destroyed.
#pragma once

#include <atomic>
#include <string>
#include <thread>

#include "freshet/digest.h"

namespace freshet::test {

class MutePeer {
 public:
  explicit MutePeer(Digest const& info_hash);
  ~MutePeer();

  [[nodiscard]] std::string endpoint() const;

 private:
  void serve();
  void talk(int connection) const;

  std::string greeting_;
  int listener_ = -1;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace freshet::test
