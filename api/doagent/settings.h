// What the agent was told to do, by its command line and the section [agent] of freshet.toml.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "freshet/client.h"

namespace freshet::doagent {

struct AgentSettings {
  std::string socket;  // The daemon's; empty: where it is by default.
  std::string state;   // Folders, absolute.
  std::string run;
  std::string config;
  std::vector<std::string> users;    // Who may create downloads, by name or number; with `groups`:
  std::vector<std::string> groups;   // both empty: everyone.
  std::vector<std::string> folders;  // Where destinations may be; empty: anywhere.
  LogSeverity log_level = LogSeverity::info;
};

struct ParsedAgent {
  AgentSettings settings;
  bool run = false;   // Otherwise the program ends at once,
  int exit_code = 0;  // with this.
};

// Prints what is wrong, or what was asked for.
[[nodiscard]] ParsedAgent parse_agent_settings(int count, char const* const* words);

}  // namespace freshet::doagent
