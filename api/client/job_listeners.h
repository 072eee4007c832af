// Listeners for what happens to jobs. Any thread; they are called on the one that tells.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>

#include "freshet/client.h"

namespace freshet {

class JobListeners {
 public:
  [[nodiscard]] std::uint64_t add(Client::Listener listener);
  void remove(std::uint64_t listener);
  [[nodiscard]] bool empty() const;
  // One call after the other; from within, a listener may remove itself or others.
  void tell(JobEvent const& event) const;

 private:
  mutable std::mutex mutex_;  // Not held while they are called.
  std::map<std::uint64_t, Client::Listener> listeners_;
  std::uint64_t last_ = 0;
};

}  // namespace freshet
