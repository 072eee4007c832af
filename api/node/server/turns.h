// Whose turn it is among the connections that have more to send: clients in turn, and of each its
// connections in turn, so that nobody has more by opening many.
//
// A value; one thread, its worker's.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <unordered_map>

#include "api/node/server/connection_id.h"

namespace freshet::node {

class Turns {
 public:
  void add(std::string const& client, ConnectionId connection);
  [[nodiscard]] std::optional<ConnectionId> next();
  [[nodiscard]] std::size_t clients() const { return order_.size(); }
  [[nodiscard]] bool empty() const { return order_.empty(); }

 private:
  std::unordered_map<std::string, std::deque<ConnectionId>> waiting_;
  std::deque<std::string> order_;  // Those who have a connection there.
};

}  // namespace freshet::node
