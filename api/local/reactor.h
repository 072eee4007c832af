// The server's own thread: waits for sockets and times, and runs what is posted to it.
//
// `post` on any thread; everything else on the reactor's, but `start` and `stop`, which are its
// owner's. What it watches may live longer than it, but hears nothing after `stop`.
#pragma once

#include <functional>
#include <memory>

#include "api/descriptor.h"
#include "freshet/units.h"

namespace freshet::local {

class Reactor {
 public:
  using Task = std::function<void()>;

  Reactor();
  ~Reactor();  // Asserts that `stop` ran.
  Reactor(Reactor const&) = delete;
  Reactor& operator=(Reactor const&) = delete;

  void start();
  // Ends the thread; drops what was posted and not run yet.
  void stop();
  void post(Task task);
  [[nodiscard]] bool in_thread() const;

 private:
  friend class Watched;
  friend class Alarm;
  struct Parts;
  std::shared_ptr<Parts> parts_;  // Shared with what it watches.
};

// A descriptor without blocking, closed at the end. Each wait is answered once at most.
class Watched {
 public:
  Watched(Reactor& reactor, Descriptor descriptor);
  ~Watched();  // No answer comes after this.
  Watched(Watched const&) = delete;
  Watched& operator=(Watched const&) = delete;

  [[nodiscard]] int get() const;
  void when_readable(Reactor::Task task);
  void when_writable(Reactor::Task task);

 private:
  struct State;
  std::shared_ptr<State> state_;  // Shared with waits under way, which it tells of its end.
};

class Alarm {
 public:
  explicit Alarm(Reactor& reactor);
  ~Alarm();  // Does not ring after this.
  Alarm(Alarm const&) = delete;
  Alarm& operator=(Alarm const&) = delete;

  // Replaces the last one.
  void after(Duration delay, Reactor::Task task);
  void cancel();

 private:
  struct State;
  std::shared_ptr<State> state_;  // Shared with the wait under way.
};

}  // namespace freshet::local
