// The agent's client of the daemon: connected as soon as there is one.
//
// Any thread. A daemon that restarts later is waited for by the client itself.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "freshet/client.h"

namespace freshet::doagent {

class EngineLink {
 public:
  explicit EngineLink(std::string socket) : socket_(std::move(socket)) {}

  // Hears what happens to jobs; set before the first `get`.
  void on_event(Client::Listener listener) { listener_ = std::move(listener); }
  // Runs once, right after connecting, in whoever's `get` that is.
  void on_connected(std::function<void(Client&)> task) { connected_ = std::move(task); }

  // Null while no daemon answers.
  [[nodiscard]] Client* get();
  void close();

 private:
  std::string const socket_;
  Client::Listener listener_;
  std::function<void(Client&)> connected_;
  std::mutex mutex_;
  std::optional<Client> client_;
  std::shared_ptr<void> watch_;
};

}  // namespace freshet::doagent
