// One content as the network thread sees it: what the store has verified, what libtorrent knows of
// that, who is connected, and what the loop was not told yet.
//
// libtorrent's thread only. Shared by the network side and the plugins and storages that libtorrent
// keeps for it; the last of them ends it. Knows libtorrent through the small interfaces here only.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/content/manifest.h"
#include "engine/content/piece_map.h"
#include "engine/ports/swarm.h"
#include "peer/link_search.h"
#include "peer/report.h"

namespace freshet::peer {

// libtorrent's torrent.
class TorrentControl {
 public:
  virtual ~TorrentControl() = default;
  // It takes pieces now: peers that are known are connected to at once.
  virtual void connect_at_once() = 0;
  // Asks the link again who has it.
  virtual void search_link() = 0;
  // The store has the piece: libtorrent may tell peers.
  virtual void add_piece(PieceIndex piece) = 0;
  // Peers are asked for it last.
  virtual void set_reserved(PieceIndex piece, bool reserved) = 0;
  // The piece layer that peers gave, when it is whole.
  [[nodiscard]] virtual std::vector<Digest> piece_layer() const = 0;
  // Leaves the session: the plugins and the storage of it end soon.
  virtual void remove() = 0;
};

// Hash requests of libtorrent that wait for the store's word.
class HashWaiters {
 public:
  virtual ~HashWaiters() = default;
  // False when nobody waits for this piece.
  virtual bool answer(PieceIndex piece, std::vector<Digest> const& leaves) = 0;
  // Whether some hash has been waited for longer than `limit`.
  [[nodiscard]] virtual bool overdue(TimePoint now, Duration limit) const = 0;
  // Hands on what peers' streams still hold back.
  virtual void flush_streams() = 0;
};

// A connection with a peer.
class PeerLink {
 public:
  virtual ~PeerLink() = default;
  virtual void tell_claims(std::string const& message) = 0;
  virtual void tell_word(DigestWord const& word) = 0;
  virtual void tell_company(std::string const& message) = 0;
  // Sends the requests that were held back until the piece layer was known.
  virtual void release_requests() = 0;
  // What may happen with it has changed.
  virtual void heed_allowance() = 0;
  // We have something new: it looks again for what to ask us for.
  virtual void nudge() = 0;
  // A piece that it may have had a part in is right, or wrong.
  virtual void on_judged(PieceIndex piece, bool right) = 0;
  virtual void end(Error why) = 0;
  [[nodiscard]] virtual std::uint64_t key() const = 0;
};

// What it takes to add the torrent, and to add it again.
struct TorrentSpec {
  SwarmSpec swarm;
  Digest info_hash;
  std::string torrent;  // The file: canonical info, salted for a group, with the layer if known.
  // Of a meeting: the SHA-256 it is for. It has no file and no pieces, and none of the above but
  // the spool, a number that no content has.
  std::optional<Digest> meeting;
};

// Which peer's block is being handed to the disk right now.
struct Sender {
  SourceId who = SourceId::none;
  PieceIndex piece{};
  std::uint32_t begin = 0;
};

class Torrent {
 public:
  Torrent(TorrentSpec spec, PieceMap verified);

  [[nodiscard]] TorrentSpec const& spec() const { return spec_; }
  [[nodiscard]] SpoolId spool() const { return spec_.swarm.spool; }
  [[nodiscard]] std::uint32_t pieces() const { return verified_.size(); }
  [[nodiscard]] PieceMap const& verified() const { return verified_; }
  [[nodiscard]] bool complete() const { return !meeting() && verified_.all(); }
  [[nodiscard]] std::optional<Digest> const& meeting() const { return spec_.meeting; }
  // It looks for peers.
  [[nodiscard]] bool seeks() const {
    return meeting() ? word_.kind != DigestWord::Kind::knows : !verified_.all();
  }
  [[nodiscard]] bool takes_only() const { return spec_.swarm.take_only; }
  void serve() { spec_.swarm.take_only = false; }
  [[nodiscard]] std::uint32_t blocks_of(PieceIndex piece) const;
  // Where a block lies in the content. libtorrent pads the last piece of a v2 torrent with zeros up
  // to its full length; what is padding is cut off.
  [[nodiscard]] ByteRange bytes(PieceIndex piece, std::uint32_t begin, Bytes size) const;

  // The store's word.
  void on_verified(PieceIndex piece, std::vector<Digest> leaves);
  void on_dropped(PieceIndex piece);

  // libtorrent's torrent came up, takes pieces, has one, went.
  void set_control(TorrentControl* control) { control_ = control; }
  void on_ready();
  void on_passed(PieceIndex piece) { known_.set(piece); }
  [[nodiscard]] TorrentControl* control() const { return control_; }

  void set_waiters(HashWaiters* waiters) { waiters_ = waiters; }
  [[nodiscard]] HashWaiters* waiters() const { return waiters_; }
  // The hashes of a verified piece that libtorrent did not ask for yet; they go with it.
  [[nodiscard]] std::optional<std::vector<Digest>> take_leaves(PieceIndex piece);
  // The piece that is being added without bytes.
  [[nodiscard]] std::optional<PieceIndex> adding() const { return adding_; }
  Sender sender;

  void add_link(SourceId peer, PeerLink& link) { links_[peer] = &link; }
  void remove_link(SourceId peer) { links_.erase(peer); }
  [[nodiscard]] std::map<SourceId, PeerLink*> const& links() const { return links_; }

  void set_claims(std::vector<Claim> const& claims);
  [[nodiscard]] std::string const& claims_message() const { return claims_message_; }
  void set_reserved(std::vector<PieceRange> ranges);
  [[nodiscard]] bool is_reserved(PieceIndex piece) const;

  // Of a meeting: what we say.
  void set_word(DigestWord const& word);
  [[nodiscard]] DigestWord const& word() const { return word_; }

  // Until the store knows the manifest nothing could be verified, so no block is asked for.
  [[nodiscard]] bool knows_manifest() const { return spec_.swarm.manifest != nullptr; }
  // `file` is the torrent with its layer. False when libtorrent lacks the layer: then the torrent
  // has to be added again.
  [[nodiscard]] bool set_manifest(std::shared_ptr<Manifest const> manifest, std::string file);
  // Tells the loop when peers have given the whole layer.
  void look_for_layer();
  // Nobody has given it yet.
  [[nodiscard]] bool wants_layer() const {
    return !meeting() && !knows_manifest() && !layer_found_ && pieces() > 1;
  }
  // A peer gave it. False when it does not fold to the content's root.
  [[nodiscard]] bool take_layer(std::vector<Digest> layer);
  // Who has everything has been there for long and has not given it: libtorrent asks a peer once,
  // and never again for what was lost or refused. Each time it waits twice as long.
  [[nodiscard]] bool lacks_layer(TimePoint now);

  Report report;
  bool downloaded = false;   // Some piece passed in this session: libtorrent keeps its leaf hashes.
  bool restart_due = false;  // As soon as libtorrent has it.
  TimePoint reported{};      // To the loop, last.
  TimePoint idle_since{};    // No peer is connected.
  LinkSearch link_search;

  // The same content as it is now, to be added again.
  [[nodiscard]] std::shared_ptr<Torrent> again() const;

 private:
  void add(PieceIndex piece);
  void prefer(std::vector<PieceRange> const& ranges, bool reserved);

  TorrentSpec spec_;
  PieceMap verified_;  // By the store.
  PieceMap known_;     // To libtorrent.
  bool ready_ = false;
  bool layer_told_ = false;   // By libtorrent, which has it then.
  bool layer_found_ = false;  // The loop was told.
  TimePoint layer_asked_{};   // Since who has everything is there.
  Duration layer_patience_ = std::chrono::seconds{3};
  TorrentControl* control_ = nullptr;
  HashWaiters* waiters_ = nullptr;
  std::optional<PieceIndex> adding_;
  std::unordered_map<std::uint32_t, std::vector<Digest>> leaves_;
  std::map<SourceId, PeerLink*> links_;
  std::vector<Claim> claims_;
  std::string claims_message_;
  std::vector<PieceRange> reserved_;
  DigestWord word_;
};

}  // namespace freshet::peer
