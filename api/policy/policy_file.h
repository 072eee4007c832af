// freshet.toml, read and checked: policies under Delivery Optimization's names, how peers are
// found, and what the machine is to be taken for.
//
// Pure: text in, settings or every mistake out. Any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/policy.h"

namespace freshet {

// [peers]: what has no policy of its own. Absent or empty: as without a file.
struct PeerSettings {
  std::string group_secret_file;  // Absolute.
  std::vector<std::string> listen;
  std::vector<std::string> trackers;
  std::vector<std::string> peers;
  std::vector<std::string> local_networks;
  std::optional<bool> local_search;
  std::optional<bool> find_nodes;
  std::optional<Duration> share_for;
  ByPeerClass<PeerLimits> limits;
  bool operator==(PeerSettings const&) const = default;
};

// One line of [daemon] or [agent]: an option of `freshetd` or `freshet-do-agent` with "_" for "-".
// Whether there is one of that name is not looked at here.
struct FileSetting {
  std::string name;
  std::vector<std::string> values;  // As on a command line; several of a list.
  std::size_t line = 0;
  bool operator==(FileSetting const&) const = default;
};

struct PolicyFile {
  Policy policy;
  PeerSettings peers;
  MachineOverrides machine;
  std::vector<FileSetting> daemon;
  std::vector<FileSetting> agent;
  std::map<std::string, std::string> places;  // "DOMaxCacheAge": "/etc/freshet/freshet.toml:7"
};

// invalid_argument lists every mistake, each with its line; `path` names the file in it.
[[nodiscard]] Result<PolicyFile> parse_policy_file(std::string_view text, std::string const& path);
// not_found when there is none; permission_denied, io_error.
[[nodiscard]] Result<PolicyFile> read_policy_file(std::string const& path);

}  // namespace freshet
