#include "api/apt/outbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

namespace freshet::apt {

Outbox::Outbox() : bell_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void Outbox::put(Outcome outcome) {
  std::lock_guard const lock(mutex_);
  waiting_.push_back(std::move(outcome));
  static_cast<void>(::eventfd_write(bell_.get(), 1));
}

std::optional<Outcome> Outbox::take() {
  std::lock_guard const lock(mutex_);
  if (waiting_.empty()) {
    eventfd_t count = 0;
    static_cast<void>(::eventfd_read(bell_.get(), &count));
    return std::nullopt;
  }
  auto outcome = std::move(waiting_.front());
  waiting_.pop_front();
  return outcome;
}

}  // namespace freshet::apt
