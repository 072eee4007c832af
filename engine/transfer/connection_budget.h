// How many connections are open, over all transfers and to each host, and whether one more may be.
//
// Pure. Thread: engine loop. Every transfer may always have its first connection: as many transfers
// run as there are connections at most. Further ones must leave a place to those that have none.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace freshet {

enum class HostKey : std::uint32_t {};

class ConnectionBudget {
 public:
  ConnectionBudget(std::uint32_t connections_max, std::uint32_t per_host_max)
      : connections_max_(connections_max), per_host_max_(per_host_max) {}

  // The same key for the same name. Names stay known: their number is that of different hosts.
  [[nodiscard]] HostKey host(std::string const& name);

  // `others_without`: running transfers that have no connection yet.
  void set_others_without(std::uint32_t count) { without_ = count; }
  // A refusal is remembered until `take_refused`.
  [[nodiscard]] bool may_open(HostKey host, bool first);
  void opened(HostKey host);
  void closed(HostKey host);

  [[nodiscard]] std::uint32_t open() const { return open_; }
  // Whether someone was refused since the last call: a closed connection is news to them.
  [[nodiscard]] bool take_refused() { return std::exchange(refused_, false); }

 private:
  std::uint32_t connections_max_;
  std::uint32_t per_host_max_;
  std::uint32_t open_ = 0;
  std::uint32_t without_ = 0;
  bool refused_ = false;
  std::unordered_map<std::string, std::uint32_t> hosts_;
  std::vector<std::uint32_t> open_by_host_;
};

}  // namespace freshet
