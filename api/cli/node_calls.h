// Calls to a daemon that is a node: there is no such thing in this process.
//
// Main thread only.
#pragma once

#include <functional>
#include <string>

#include "api/cli/settings.h"

namespace freshet::cli {

class NodeCalls {
 public:
  explicit NodeCalls(Settings const& settings);
  ~NodeCalls();
  NodeCalls(NodeCalls const&) = delete;
  NodeCalls& operator=(NodeCalls const&) = delete;

  // What the daemon answers. `body` is JSON; empty: none.
  [[nodiscard]] Result<std::string> call(std::string_view method, std::string target,
                                         std::string body = {});

 private:
  struct Connection;
  std::unique_ptr<Connection> connection_;
};

// Adds the shared options to `command`; when it is given, acts with the daemon.
using NodeAction = std::function<int(NodeCalls&, Console&)>;
void act_with_node(CLI::App& command, Settings& settings, NodeAction action);

}  // namespace freshet::cli
