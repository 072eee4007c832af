// Tells the links of this machine that a node is here: when it comes, when it is asked, and when it
// goes.
//
// `start`, `stop` and the destructor on the owner's thread; a thread of its own does the rest.
#pragma once

#include <functional>
#include <thread>
#include <vector>

#include "api/node/discovery/links.h"
#include "api/node/discovery/service.h"

namespace freshet::node {

class Announcer {
 public:
  // `service` says what holds at that time; on a thread of the announcer's. `only`: the address
  // where the node listens, if not at all of them.
  Announcer(std::function<NodeService()> service, std::optional<IpAddress> only);
  ~Announcer();
  Announcer(Announcer const&) = delete;
  Announcer& operator=(Announcer const&) = delete;

  // port_unavailable.
  [[nodiscard]] Result<void> start();
  void stop();

 private:
  void run();
  void look_around();
  void say_to_all(std::uint32_t ttl);
  void read_questions();
  void answer_to(Datagram const& datagram);

  std::function<NodeService()> const service_;
  std::optional<IpAddress> const only_;
  local::Descriptor socket_;
  local::Descriptor bell_;  // An eventfd: it ends.
  std::vector<Link> links_;
  std::thread thread_;
};

}  // namespace freshet::node
