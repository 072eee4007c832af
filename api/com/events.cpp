// Events: a flag, and who waits for it.
#include "freshet/com/events.h"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

namespace {

class Event {
 public:
  Event(bool manual, bool set) : manual_(manual), set_(set) {}

  void set() {
    std::lock_guard const lock(mutex_);
    set_ = true;
    changed_.notify_all();
  }
  void reset() {
    std::lock_guard const lock(mutex_);
    set_ = false;
  }
  bool wait(DWORD milliseconds) {
    std::unique_lock lock(mutex_);
    auto const there = [this] { return set_; };
    if (milliseconds == INFINITE) {
      changed_.wait(lock, there);
    } else if (!changed_.wait_for(lock, std::chrono::milliseconds{milliseconds}, there)) {
      return false;
    }
    if (!manual_) set_ = false;
    return true;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool manual_;
  bool set_;
};

Event* event_of(HANDLE handle) {
  return static_cast<Event*>(handle);
}

}  // namespace

HANDLE CreateEventW(void* security, BOOL manual_reset, BOOL initial_state, LPCWSTR name) {
  if (security != nullptr || name != nullptr) return nullptr;
  return std::make_unique<Event>(manual_reset != FALSE, initial_state != FALSE).release();
}

BOOL SetEvent(HANDLE event) {
  if (event == nullptr) return FALSE;
  event_of(event)->set();
  return TRUE;
}

BOOL ResetEvent(HANDLE event) {
  if (event == nullptr) return FALSE;
  event_of(event)->reset();
  return TRUE;
}

DWORD WaitForSingleObject(HANDLE event, DWORD milliseconds) {
  if (event == nullptr) return WAIT_FAILED;
  return event_of(event)->wait(milliseconds) ? WAIT_OBJECT_0 : WAIT_TIMEOUT;
}

BOOL CloseHandle(HANDLE event) {
  std::unique_ptr<Event> const ended(event_of(event));
  return ended ? TRUE : FALSE;
}

void Sleep(DWORD milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds{milliseconds});
}
