// What the network thread has to tell the loop of one content, gathered so that it costs one task a
// tenth of a second however much happens.
//
// Pure; one thread at a time: filled on libtorrent's, delivered on the loop.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/ports/swarm.h"

namespace freshet::peer {

// What a peer says it does with many contents; or no connection with it is left.
struct CompanyNews {
  PeerInfo peer;
  bool anew = false;
  bool gone = false;
  std::vector<CompanyWord> words;
};

// Events in the order in which they are delivered: a peer is known before it has or sends anything,
// and it goes last.
struct Batch {
  SpoolId spool = SpoolId::none;
  std::vector<PeerInfo> peers;
  std::shared_ptr<Manifest const> manifest;
  std::vector<std::pair<SourceId, PieceMap>> has;
  std::vector<std::pair<SourceId, std::vector<Claim>>> claims;
  std::vector<std::pair<SourceId, Bytes>> received;
  std::vector<std::pair<SourceId, Bytes>> sent;
  std::vector<std::pair<PieceIndex, bool>> asked;
  std::vector<std::pair<SourceId, Error>> gone;
  std::vector<std::pair<std::string, Error>> refused;  // By address.
  bool idle = false;
  // Of a meeting alone: what it is for, and who said what.
  std::optional<Digest> meeting;
  std::vector<std::pair<PeerInfo, DigestWord>> words;
  std::optional<CompanyNews> company;  // Of no content: nothing else is in it.

  void deliver(SwarmEvents& events) const;
};

class Report {
 public:
  Report(SpoolId spool, std::uint32_t pieces, std::optional<Digest> meeting = std::nullopt)
      : spool_(spool), pieces_(pieces), meeting_(meeting) {}

  // Until it is introduced, nothing of a peer is reported, but all of it is kept.
  void arrive(SourceId peer);
  void introduce(PeerInfo info);
  [[nodiscard]] bool introduced(SourceId peer) const;
  [[nodiscard]] bool someone_has_all() const;
  [[nodiscard]] bool has_all(SourceId peer) const;
  void leave(SourceId peer, Error why);
  // One that leaves without having been introduced. Few at a time are kept.
  void refuse(std::string address, Error why);

  void has(SourceId peer, PieceIndex piece);
  void has_not(SourceId peer, PieceIndex piece);
  void has(SourceId peer, PieceMap all);
  void claims(SourceId peer, std::vector<Claim> claims);
  void received(SourceId peer, Bytes bytes);
  void sent(SourceId peer, Bytes bytes);
  void manifest(std::shared_ptr<Manifest const> manifest);
  void word(SourceId peer, DigestWord const& word);
  // It is whole and nobody has been connected for a while.
  void idle() { pending_ = idle_ = true; }
  // One more, or one less, peer has open requests for this piece.
  void asked(PieceIndex piece);
  void settled(PieceIndex piece);

  [[nodiscard]] bool pending() const { return pending_; }
  [[nodiscard]] Batch take();
  [[nodiscard]] std::size_t peers() const { return peers_.size(); }

 private:
  struct Peer {
    std::optional<PeerInfo> info;
    bool reported = false;
    bool has_changed = false;
    PieceMap has;
    std::optional<std::vector<Claim>> claims;
    std::optional<DigestWord> word;
    Bytes received = 0;
    Bytes sent = 0;
  };
  struct Asked {
    std::uint32_t peers = 0;
    bool reported = false;
  };

  void take_peer(SourceId id, Peer& peer, Batch& batch);
  void take_asked(Batch& batch);

  SpoolId spool_;
  std::uint32_t pieces_;
  std::optional<Digest> meeting_;
  bool pending_ = false;
  bool idle_ = false;
  std::map<SourceId, Peer> peers_;
  std::map<std::uint32_t, Asked> asked_;
  std::vector<std::pair<SourceId, Error>> gone_;
  std::vector<std::pair<std::string, Error>> refused_;
  std::shared_ptr<Manifest const> manifest_;
};

}  // namespace freshet::peer
