#include "api/cli/node_calls.h"

#include <CLI/CLI.hpp>

#include <memory>

#include "api/remote/connect.h"
#include "api/remote/daemon_calls.h"

namespace freshet::cli {

namespace {

ConnectOptions options_of(Settings const& settings) {
  ConnectOptions options;
  if (settings.connect != kDefaultSocket) options.socket = settings.connect;
  if (options.socket.empty()) options.socket = remote::default_socket();
  return options;
}

}  // namespace

struct NodeCalls::Connection {
  explicit Connection(ConnectOptions options) : calls(std::move(options)) {}
  remote::DaemonCalls calls;
};

NodeCalls::NodeCalls(Settings const& settings)
    : connection_(std::make_unique<Connection>(options_of(settings))) {}

NodeCalls::~NodeCalls() = default;

Result<std::string> NodeCalls::call(std::string_view method, std::string target, std::string body) {
  remote::Request const request{
      .method = method, .target = std::move(target), .body = std::move(body), .slow = true};
  return connection_->calls.call(request, Duration::zero()).body;
}

void act_with_node(CLI::App& command, Settings& settings, NodeAction action) {
  add_shared_options(command, settings);
  command.callback([&settings, action = std::move(action)] {
    settings.run = [&settings, action] {
      Console console(settings.console);
      NodeCalls calls(settings);
      return action(calls, console);
    };
  });
}

}  // namespace freshet::cli
