// A node, put together: server, desk, origins and the store. The only place that knows all of them.
//
// `open`, `stop` and the destructor on the owner's thread, which is no loop's. What the ports refer
// to outlives it, and the engine's loop runs until `stop` has returned.
#pragma once

#include <future>
#include <memory>

#include "api/node/desk/desk.h"
#include "api/node/discovery/announcer.h"
#include "api/node/node_control.h"
#include "api/node/server/server.h"
#include "engine/base/thread_loop.h"
#include "engine/origin/curl_upstream.h"

namespace freshet::node {

class Node {
 public:
  struct Ports {
    Loop& engine;
    ContentStore& contents;
    ObjectTable& objects;
    Vault::Watch watch_writes;
    Clock& clock;
    Log& log;
    std::string directory;  // Where the node's key lies.
    std::string version;
    std::function<void(ContentId const&)> share;  // With peers; any thread. May be empty.
  };
  // It serves when this returns. port_unavailable, invalid_argument, tls_failed, store_corrupt.
  [[nodiscard]] static Result<std::unique_ptr<Node>> open(NodeSettings settings, Ports ports);
  class Key;  // Only `open` has one.
  Node(Key, NodeSettings settings, Ports ports);
  ~Node();
  Node(Node const&) = delete;
  Node& operator=(Node const&) = delete;

  void stop();
  [[nodiscard]] NodeControl& control() { return control_; }

 private:
  friend class NodeControl;
  [[nodiscard]] Result<void> start();
  [[nodiscard]] Result<void> open_site();
  void announce();  // On the links of this machine, if it can be reached there.
  [[nodiscard]] NodeService service() const;
  [[nodiscard]] Result<void> load_pins();
  [[nodiscard]] Result<void> save_pins();  // And follows them from now on.
  void follow_pins();
  void tend();       // Again and again: what is too old or too much goes.
  void keep_warm();  // Likewise: what the settings want warm is asked for.
  void warm(std::vector<std::string> const& urls);
  // Runs `call` on the desk's loop and waits for what it returns.
  template <typename Call>
  auto on_desk(Call call);

  NodeSettings settings_;
  Ports ports_;
  NodeControl control_;
  ThreadLoop loop_{"fr-node"};
  std::vector<std::string> pins_;  // Of the loop; without those of the settings.
  std::unique_ptr<CurlUpstream> upstream_;
  std::unique_ptr<Vault> vault_;
  std::unique_ptr<Site> site_;
  std::unique_ptr<Desk> desk_;
  std::unique_ptr<Server> server_;
  std::string host_label_;  // By which it is found: of no other host.
  std::unique_ptr<Announcer> announcer_;
  bool stopped_ = false;
};

template <typename Call>
auto Node::on_desk(Call call) {
  using Value = decltype(call());
  auto const answer = std::make_shared<std::promise<Value>>();
  auto future = answer->get_future();
  loop_.post([&call, answer] { answer->set_value(call()); });
  return future.get();
}

}  // namespace freshet::node
