// The node's desk with everything around it in virtual time: an origin, a store, and clients that
// read at their own pace and leave when they like.
//
// One thread. What each client got is kept, so that it can be compared.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/node/desk/desk.h"
#include "tests/support/filed_store.h"
#include "tests/support/sim_upstream.h"
#include "tests/support/transfer_world.h"

namespace freshet::test {

struct NodeClient {
  std::optional<ByteRange> range;     // Asked for; absent: everything.
  double rate = 50e6;                 // At which it reads.
  std::optional<Bytes> leaves_after;  // Of the body; 0: before its answer.

  unsigned status = 0;  // 0: no answer yet.
  Bytes begin = 0;      // Where `got` begins in the content.
  std::string got;
  bool ended = false;
  bool whole = false;  // Everything that its answer promised came.
  bool left = false;
};

class NodeWorld {
 public:
  explicit NodeWorld(std::uint64_t seed);
  ~NodeWorld();

  // Lives as long as the world.
  NodeClient& ask(NodeClient client, Duration after = {});
  [[nodiscard]] bool all_ended() const;
  // Most of what one body keeps in memory now.
  [[nodiscard]] Bytes in_memory() const;

  SimLoop loop;
  SeededRandom random;
  MemoryTable table;
  FiledStore store;
  SimUpstream upstream;
  std::unique_ptr<node::Desk> desk;
  std::vector<ContentId> shared;  // With peers, in order.

 private:
  // The engine's loop, which runs at once what is posted when the world ends.
  class EngineLoop;
  struct Seat {
    NodeClient client;
    std::optional<node::Reply> reply;
    Bytes at = 0;
    Bytes end = 0;
  };

  void send(Seat& seat);
  void on_reply(Seat& seat, node::Reply reply);
  void read(Seat& seat);
  void take(Seat& seat, node::Body::Run const& run);
  void leave(Seat& seat, bool whole);

  SilentLog log_;
  std::unique_ptr<EngineLoop> engine_;
  std::unique_ptr<node::Vault> vault_;
  std::vector<std::unique_ptr<Seat>> seats_;
};

}  // namespace freshet::test
