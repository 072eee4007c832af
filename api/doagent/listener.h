// The server of the agent protocol: connections on loopback, a request at a time on each.
//
// `start` and `stop` are its owner's; all else runs on the reactor. One connection that waits,
// sends halves or stops reading delays nobody else. Idle ones stay: clients keep one for their
// whole life.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "api/doagent/calls.h"
#include "api/local/call_pool.h"
#include "api/local/quota.h"
#include "api/local/reactor.h"
#include "api/loopback/peer.h"

namespace freshet::doagent {

class Connection;

class Listener {
 public:
  static constexpr std::size_t kConnectionsMax = 4096;
  static constexpr std::size_t kConnectionsPerUserMax = 1024;

  // `validate_address`: whether callers from other addresses than loopback are refused, now.
  Listener(local::Reactor& reactor, Calls& calls, std::function<bool()> validate_address);
  ~Listener();  // Asserts that `stop` ran.
  Listener(Listener const&) = delete;
  Listener& operator=(Listener const&) = delete;

  void start(local::Descriptor socket);
  // Answers what is under way, for a moment, and goes.
  void stop();

  // For connections.
  [[nodiscard]] local::Reactor& reactor() { return reactor_; }
  [[nodiscard]] Calls& calls() { return calls_; }
  [[nodiscard]] local::CallPool& pool() { return pool_; }
  [[nodiscard]] bool allows(loopback::Peer const& peer) const {
    return peer.loopback || !validate_address_();
  }
  void forget(std::uint64_t connection);

 private:
  void accept_some();
  void take(local::Descriptor socket);
  void run_and_wait(std::function<void()> const& task);

  local::Reactor& reactor_;
  Calls& calls_;
  std::function<bool()> const validate_address_;
  local::CallPool pool_;
  local::Quota quota_;
  std::unique_ptr<local::Watched> socket_;
  local::Alarm pause_;
  // Shared with calls under way, which hold them weakly.
  std::map<std::uint64_t, std::shared_ptr<Connection>> connections_;
  std::uint64_t last_ = 0;
  bool stopped_ = false;
};

// A socket that listens on 127.0.0.1, at `port` if that is free; else at one of the kernel's
// choice, but never at those that tests of clients take for dead.
[[nodiscard]] Result<local::Descriptor> listen_on(std::uint16_t port);

}  // namespace freshet::doagent
