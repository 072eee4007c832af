// The node's HTTP server: listening sockets and the workers behind them.
//
// `start`, `stop` and the destructor on the owner's thread. Workers take answers until it is
// destroyed, and drop them after `stop`.
#pragma once

#include <memory>
#include <vector>

#include "api/node/server/doorkeeper.h"
#include "api/node/server/tls_context.h"
#include "api/node/server/worker.h"
#include "freshet/error.h"

namespace freshet::node {

class Server {
 public:
  Server(ServerOptions options, Service& service);
  ~Server();

  // port_unavailable, invalid_argument, tls_failed. It serves when this returns.
  [[nodiscard]] Result<void> start();
  // Ends every connection.
  void stop();

  // In the order of the options.
  [[nodiscard]] std::vector<std::uint16_t> ports() const;
  [[nodiscard]] std::uint32_t connections() const { return doorkeeper_.inside(); }

 private:
  [[nodiscard]] Result<void> listen(ListenAddress const& where);

  ServerOptions const options_;
  Service& service_;
  Doorkeeper doorkeeper_;
  TlsContext tls_;
  std::vector<local::Descriptor> sockets_;
  std::vector<Listener> listeners_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace freshet::node
