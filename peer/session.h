// libtorrent's session as we set it up.
//
// Used on the loop; its own thread runs the disk and the plugins, and calls `notify` when there are
// notices to take. `stop` ends that thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "freshet/error.h"
#include "freshet/peers.h"
#include "freshet/units.h"
#include "peer/local_networks.h"
#include "peer/mode.h"

namespace freshet::peer {

class Network;

struct SessionSpec {
  ModeRules rules;
  std::string listen;    // As libtorrent writes it: "0.0.0.0:7680,[::]:7680".
  std::string outgoing;  // Address that our connections come from; empty: any.
  std::uint32_t connections_max = 0;
  bool group = false;  // Who is no local peer is one of the group.
  ByPeerClass<PeerLimits> limits;
};

// Who may connect, and who counts as local.
struct Admission {
  bool strangers = false;
  std::vector<Subnet> local;
  std::vector<std::string> invited;  // Addresses from configuration: always admitted,
  std::vector<std::string> banned;   // unless banned, they or their network
  std::vector<std::string> proven;   // where these stay.
};

struct Notice {
  enum class Kind : std::uint8_t {
    listening,      // `port` is open.
    listen_failed,  // `port` is not.
    blocked,        // `text` is the address of one that is not let in.
    trouble,        // Something for the log.
  };
  Kind kind = Kind::trouble;
  std::uint16_t port = 0;
  std::string text;
};

class Session {
 public:
  Session(SessionSpec spec, std::shared_ptr<Network> network, std::function<void()> notify);
  ~Session();

  void listen(std::string const& interfaces);
  void set_limits(BytesPerSecond download, BytesPerSecond upload);
  void set_limits(ByPeerClass<PeerLimits> const& limits);
  void admit(Admission const& admission);
  [[nodiscard]] std::vector<Notice> take_notices();
  void stop();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace freshet::peer
