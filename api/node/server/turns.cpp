#include "api/node/server/turns.h"

#include <utility>

namespace freshet::node {

void Turns::add(std::string const& client, ConnectionId connection) {
  auto& connections = waiting_[client];
  if (connections.empty()) order_.push_back(client);
  connections.push_back(connection);
}

std::optional<ConnectionId> Turns::next() {
  if (order_.empty()) return std::nullopt;
  auto client = std::move(order_.front());
  order_.pop_front();
  auto const found = waiting_.find(client);
  auto const connection = found->second.front();
  found->second.pop_front();
  if (found->second.empty()) {
    waiting_.erase(found);
  } else {
    order_.push_back(std::move(client));
  }
  return connection;
}

}  // namespace freshet::node
