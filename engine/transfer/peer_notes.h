// The peers that one transfer met, and those that it could not meet: what each delivered and how it
// ended with them.
//
// Pure. Thread: engine loop. Bounded: who delivered stays, of the others the first and the last.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/ports/swarm.h"
#include "engine/transfer/json_writer.h"

namespace freshet {

class PeerNotes {
 public:
  explicit PeerNotes(std::size_t peers_max = 32) : peers_max_(peers_max) {}

  void seen(PeerInfo const& peer);
  void gone(SourceId peer, Error why);
  void banned(SourceId peer, Error why);
  // Never became a peer. False when the same was heard of this address before.
  bool refused(std::string const& address, Error const& why);
  void received(SourceId peer, Bytes bytes);

  // Whether someone at this address became a peer.
  [[nodiscard]] bool knows(std::string const& address) const;
  [[nodiscard]] std::uint64_t count_seen() const { return seen_; }
  [[nodiscard]] PeerClass class_of(SourceId peer) const;
  // As the array "peers" and the numbers "peers_seen" and "peers_left_out".
  void write(JsonWriter& json) const;

 private:
  enum class State : std::uint8_t { connected, gone, banned, refused };
  struct Peer {
    SourceId id = SourceId::none;
    std::string address;
    std::string client;
    std::optional<PeerClass> peer_class;
    State state = State::connected;
    Bytes received = 0;
    std::uint32_t times = 1;
    std::optional<Error> error;
  };

  static void write(JsonWriter& json, Peer const& peer);
  void add(Peer peer);
  [[nodiscard]] Peer* find(SourceId peer);

  std::size_t peers_max_;
  std::vector<Peer> peers_;
  std::uint64_t seen_ = 0;
  std::uint64_t left_out_ = 0;
};

}  // namespace freshet
