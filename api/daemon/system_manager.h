// What systemd and the daemon tell each other, by its protocols (sd_notify(3), sd_listen_fds(3)).
// Where no systemd is, nothing happens. Any thread; the environment is read once, at the start.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/descriptor.h"
#include "freshet/error.h"
#include "freshet/units.h"

namespace freshet::daemon {

class SystemManager {
 public:
  // Takes what it says out of the environment, so that no child takes it for its own.
  [[nodiscard]] static SystemManager from_environment();

  // "READY=1", "STOPPING=1", "WATCHDOG=1", "STATUS=...": one or more lines.
  void tell(std::string const& lines) const;
  void tell_reloading() const;
  // How often it wants to hear from us; 0: never.
  [[nodiscard]] Duration watchdog() const { return watchdog_; }

  struct Socket {
    local::Descriptor descriptor;
    bool unix_socket = false;
  };
  // Listening sockets that were opened for us; invalid_argument for others, and for TCP that is
  // not loopback.
  [[nodiscard]] Result<std::vector<Socket>> take_sockets();

 private:
  std::string notify_;
  Duration watchdog_{};
  int sockets_ = 0;
};

}  // namespace freshet::daemon
