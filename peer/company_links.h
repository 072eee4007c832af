// Who is told what we do with many contents, and over which connection: one for each peer, whatever
// contents it is met at. And what they tell us.
//
// libtorrent's thread only. Knows connections through `PeerLink`. Bounded: of what we say the
// oldest is forgotten, and who says too much is not heard.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/ports/swarm.h"
#include "peer/messages.h"
#include "peer/report.h"
#include "peer/token_count.h"
#include "peer/torrent.h"

namespace freshet::peer {

class CompanyLinks {
 public:
  static constexpr std::size_t kNamesMax = 2048;
  static constexpr unsigned kMessagesPerSecondMax = 128;  // Of one peer.

  explicit CompanyLinks(std::function<void(CompanyNews)> deliver) : deliver_(std::move(deliver)) {}

  // A connection with a peer that is to be told, and heard. The first with it is told everything.
  void add(PeerInfo const& peer, PeerLink& link);
  void remove(PeerLink const& link);
  // Whether this connection is the one over which its peer is told.
  [[nodiscard]] bool tells_over(PeerLink const& link) const;
  // False for what no Freshet peer says.
  [[nodiscard]] bool hear(PeerLink const& link, std::string_view message, TimePoint now);

  // What has changed is told by the next `flush`; true when there is anything to tell.
  bool say(std::vector<CompanyWord> const& news);
  // The content has left the swarm. If it stands by after that whoever wants it would wait for it
  // to be opened: longer than the origin takes for something small.
  bool left(std::uint64_t name);
  void flush();
  void clear();

 private:
  using Kind = CompanyWord::Kind;
  struct Peer {
    PeerInfo info;
    std::vector<PeerLink*> links;  // The first one is told.
    TokenCount heard;
  };
  [[nodiscard]] Peer* peer_of(PeerLink const& link);
  [[nodiscard]] Peer const* peer_of(PeerLink const& link) const;
  void tell_all(PeerLink& link) const;
  void drop_oldest();

  std::function<void(CompanyNews)> deliver_;
  std::map<std::uint64_t, Peer> peers_;  // By key.
  // As it was when they were added: a peer may say hello again, with another.
  std::unordered_map<PeerLink const*, std::uint64_t> key_of_;
  std::unordered_map<std::uint64_t, Kind> ours_;  // As told.
  std::deque<std::uint64_t> order_;               // Of these, the oldest first.
  std::map<std::uint64_t, Kind> news_;
};

}  // namespace freshet::peer
