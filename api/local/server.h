// The HTTP server: takes connections, lets callers in, and bounds what each may have.
//
// `listen` before `start`; `start` and `stop` are the owner's, on a thread of its own. The service
// outlives it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "api/local/call.h"
#include "api/local/call_pool.h"
#include "api/local/gatekeeper.h"
#include "api/local/quota.h"
#include "api/local/reactor.h"
#include "api/local/server_limits.h"

namespace freshet::local {

class Connection;

class Server {
 public:
  Server(ServerLimits const& limits, Reactor& reactor, Service& service, Gatekeeper gatekeeper,
         Caller owner);
  ~Server();  // Asserts that `stop` ran.
  Server(Server const&) = delete;
  Server& operator=(Server const&) = delete;

  // A bound, listening socket: a Unix socket, where the kernel says who calls, or TCP.
  void listen(Descriptor socket, bool unix_socket);
  // Ends streams and idle connections, gives what is under way `grace` to end, and goes.
  void stop(Duration grace);

  // For connections. Reactor only.
  [[nodiscard]] ServerLimits const& limits() const { return limits_; }
  [[nodiscard]] Reactor& reactor() { return reactor_; }
  [[nodiscard]] Service& service() { return service_; }
  [[nodiscard]] Gatekeeper const& gatekeeper() const { return gatekeeper_; }
  [[nodiscard]] CallPool& pool(Runs runs) { return runs == Runs::slow ? slow_ : quick_; }
  [[nodiscard]] Quota& large_bytes() { return large_bytes_; }
  [[nodiscard]] Quota& descriptors() { return descriptors_; }
  [[nodiscard]] Quota& streams() { return streams_; }
  [[nodiscard]] std::vector<char>& scratch() { return scratch_; }  // For one read.
  [[nodiscard]] bool stopping() const { return stopping_; }
  void forget(std::uint64_t connection);

 private:
  struct Listener {
    Listener(Reactor& reactor, Descriptor descriptor, bool on_unix)
        : socket(reactor, std::move(descriptor)), pause(reactor), unix_socket(on_unix) {}
    Watched socket;
    Alarm pause;  // While no more descriptors are to be had.
    bool const unix_socket;
  };

  void accept_some(Listener& listener);
  void take(Descriptor socket, bool unix_socket);
  void begin_stop();
  void run_and_wait(std::function<void()> const& task);  // On the reactor.
  void check_stopped();

  ServerLimits const limits_;
  Reactor& reactor_;
  Service& service_;
  Gatekeeper const gatekeeper_;
  Caller const owner_;
  CallPool quick_;
  CallPool slow_;
  Quota connections_quota_;
  Quota large_bytes_;
  Quota descriptors_;
  Quota streams_;
  std::vector<char> scratch_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  // Shared with answers on their way, which hold them weakly.
  std::map<std::uint64_t, std::shared_ptr<Connection>> connections_;
  std::uint64_t last_ = 0;
  bool stopping_ = false;
  bool stopped_ = false;
  std::function<void()> when_empty_;
};

}  // namespace freshet::local
