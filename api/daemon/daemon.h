// The daemon, put together: an engine, and the local API over it.
//
// One thread, its owner's, for all calls.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "api/daemon/log_lines.h"
#include "api/daemon/settings.h"
#include "api/daemon/system_manager.h"
#include "api/local/api.h"
#include "api/local/server.h"
#include "api/local/ways_in.h"
#include "api/node/node_control.h"
#include "api/node/route/node_settings.h"
#include "engine/ports/log.h"

namespace freshet::daemon {

class Daemon {
 public:
  Daemon(DaemonSettings settings, SystemManager& manager);
  ~Daemon();
  Daemon(Daemon const&) = delete;
  Daemon& operator=(Daemon const&) = delete;

  // It serves when this returns.
  [[nodiscard]] Result<void> start();
  // Takes over what can change while it runs: all policies, the log's level and the download limit.
  // What else differs is told in the log. Nothing when something of it cannot be: everything stays
  // as it was.
  void reload(std::optional<DaemonSettings> const& fresh);
  // Answers what is under way; jobs stop where they are and go on with the next start.
  void stop();

 private:
  [[nodiscard]] Result<void> open_engine();
  [[nodiscard]] Result<void> open_ways_in();
  [[nodiscard]] Result<void> open_tcp();
  [[nodiscard]] Result<void> read_node();
  [[nodiscard]] Result<void> open_node();
  void watch_over();
  void take_over(DaemonSettings const& fresh);
  void log(LogSeverity severity, std::string const& line) { log_.write(severity, line); }

  std::mutex mutex_;  // Over `settings_`, which calls for the options read.
  DaemonSettings settings_;
  SystemManager& manager_;
  LogLines log_;
  std::optional<Client> client_;
  std::unique_ptr<Log> node_log_;
  std::optional<node::NodeSettings> node_settings_;  // When it is enabled.
  std::unique_ptr<node::Node> node_;                 // Null unless [node] enables it.
  local::Reactor reactor_;
  std::unique_ptr<local::Context> context_;
  std::unique_ptr<local::Api> api_;
  std::unique_ptr<local::Server> server_;
  std::unique_ptr<local::Alarm> watchdog_;
  std::optional<local::UnixWayIn> unix_way_in_;
  std::vector<SystemManager::Socket> sockets_;
  bool stopped_ = false;
};

}  // namespace freshet::daemon
