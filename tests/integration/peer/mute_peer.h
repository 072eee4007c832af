// A peer that never sends a block: one that says it has everything and unchokes, or one that has
// nothing, is interested, and asks for nothing.
//
// Runs a thread of its own until it is destroyed.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "freshet/digest.h"

namespace freshet::test {

class MutePeer {
 public:
  enum class Has { everything, nothing };
  explicit MutePeer(Digest const& info_hash, Has has = Has::everything);
  ~MutePeer();

  [[nodiscard]] std::string endpoint() const;
  // Whether it was told so often, within ten seconds, that it may ask.
  [[nodiscard]] bool wait_for_unchokes(int count);

 private:
  void serve();
  void talk(int connection);
  void hear(std::string& stream);

  std::string greeting_;
  int listener_ = -1;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  int unchokes_ = 0;
  std::thread thread_;
};

}  // namespace freshet::test
