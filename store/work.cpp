#include "store/work.h"

namespace freshet::store {

void Work::start(Pool& pool, std::uint64_t lane, std::function<void()> task) {
  ++under_way_;
  pool.run(lane, [this, task = std::move(task)]() mutable {
    task();
    task = nullptr;  // What it held is gone before the count says so.
    --under_way_;
  });
}

void Work::when_idle(std::function<void()> idle) {
  // Work ends by posting to the loop, and what is posted may start more: look again each time
  // round.
  loop_.post([this, idle = std::move(idle)]() mutable {
    if (under_way_ == 0) return idle();
    when_idle(std::move(idle));
  });
}

}  // namespace freshet::store
