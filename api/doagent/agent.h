// The agent, put together: a listener for clients of Microsoft's protocol, the downloads they made,
// and the driver that has the daemon fetch them.
//
// One thread, its owner's, for all calls.
#pragma once

#include <memory>
#include <optional>

#include "api/daemon/log_lines.h"
#include "api/daemon/system_manager.h"
#include "api/doagent/calls.h"
#include "api/doagent/driver.h"
#include "api/doagent/listener.h"
#include "api/doagent/run_folder.h"
#include "api/doagent/settings.h"

namespace freshet::doagent {

class Agent {
 public:
  Agent(AgentSettings settings, daemon::SystemManager& manager);
  ~Agent();
  Agent(Agent const&) = delete;
  Agent& operator=(Agent const&) = delete;

  // Clients find it when this returns.
  [[nodiscard]] Result<void> start();
  // Settings of clients and the administrator are read again.
  void reload();
  void stop();

 private:
  [[nodiscard]] Result<local::Descriptor> open_socket();
  void clean_up();

  AgentSettings const settings_;
  daemon::SystemManager& manager_;
  daemon::LogLines log_;
  Configuration configuration_;
  RunFolder run_folder_;
  Table table_;
  EngineLink engine_;
  local::Reactor reactor_;
  std::unique_ptr<Driver> driver_;
  std::unique_ptr<Calls> calls_;
  std::unique_ptr<Listener> listener_;
  std::unique_ptr<local::Alarm> cleaning_;
  bool stopped_ = false;
};

}  // namespace freshet::doagent
