// Peers. Loop only; events run on the loop. Bytes go through the store's gate, never through here.
//
// A content joins with its piece layer, or with its identity alone: then peers are asked for the
// layer, no block moves, and `on_manifest` brings it. Joining again with the manifest, once the
// store was told of it, starts the blocks; peers stay connected.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/content/manifest.h"
#include "engine/content/piece_map.h"
#include "engine/content/piece_range.h"
#include "engine/ports/content_store.h"
#include "engine/ports/source_id.h"
#include "freshet/digest.h"
#include "freshet/error.h"
#include "freshet/peers.h"

namespace freshet {

struct PeerInfo {
  SourceId id = SourceId::none;  // From `kFirstPeerSource` up.
  std::string address;           // "192.0.2.1:7680"
  std::string client;            // As the peer names itself.
  PeerClass peer_class = PeerClass::lan;
  bool speaks_claims = false;  // A Freshet peer.
  std::uint64_t key = 0;  // The same for this peer on all of its peers; for rendezvous hashing.
};

// An origin range that someone is fetching, told to peers so that they fetch something else.
struct Claim {
  PieceRange pieces;
  Duration lease{};  // From when it is heard.
};

// What one says of the content that has a given SHA-256.
struct DigestWord {
  enum class Kind : std::uint8_t {
    asks,     // Which content is it?
    fetches,  // It is coming from the origin; `done` of `length` is there, at `rate`.
    knows,    // It is `content`, and may be had from who says so.
  };
  Kind kind = Kind::asks;
  Bytes done = 0;
  Bytes length = 0;
  BytesPerSecond rate{};  // 0: not known yet.
  ContentId content;
  bool operator==(DigestWord const&) const = default;
};

// What one does with a content, told to peers that may fetch many of the same.
struct CompanyWord {
  enum class Kind : std::uint8_t {
    wants,    // It waits to be fetched.
    fetches,  // It is coming from the origin.
    has,      // It may be had from who says so.
    leaves,   // None of these any more.
  };
  std::uint64_t name = 0;  // Of the content, as `Swarm::name_of` has it.
  Kind kind = Kind::wants;
  bool operator==(CompanyWord const&) const = default;
};

// What a peer did that it is banned for. Proven: nobody else can have sent these bytes.
struct Offence {
  Error why;
  ByteRange bytes;  // Of the content; empty when only the whole is known to be wrong.
  Digest expected;  // Hash of them, or of the piece they are in,
  Digest got;       // and what it is.
};

struct SwarmSpec {
  SpoolId spool = SpoolId::none;
  ContentId content;
  std::shared_ptr<Manifest const> manifest;  // Null: peers are asked for the piece layer.
  std::vector<std::string> trackers;
  std::vector<std::string> peers;  // "address:port", from configuration.
  bool upload_only = false;
  // `peers` are known to have it, so the link is asked only if they do not answer; and two who have
  // all of it part again.
  bool among_known = false;
  // Nothing is served, nor offered, until it is joined again without this.
  bool take_only = false;
  // That the whole is proven to have: who asks for it is told the content.
  std::optional<Digest> sha256;
};

inline constexpr auto kNotLocal = "local_networks";

class SwarmEvents {
 public:
  virtual ~SwarmEvents() = default;
  virtual void on_peer(SpoolId spool, PeerInfo const& peer) = 0;
  virtual void on_peer_gone(SpoolId spool, SourceId peer, Error why) = 0;
  // One that was found, or came, and did not become a peer. `why.where` is `kNotLocal` for one that
  // is not on our networks.
  virtual void on_peer_refused(SpoolId, std::string const& /*address*/, Error const& /*why*/) {}
  // What the peer has, whole or what is new; at most ten times a second for each spool.
  virtual void on_peer_has(SpoolId spool, SourceId peer, PieceMap const& all) = 0;
  // Replaces what this peer claimed before.
  virtual void on_claims(SpoolId spool, SourceId peer, std::vector<Claim> claims) = 0;
  virtual void on_manifest(SpoolId spool, std::shared_ptr<Manifest const> manifest) = 0;
  // Bytes by peer since the last report; at most ten times a second.
  virtual void on_received(SpoolId spool, SourceId peer, Bytes bytes) = 0;
  virtual void on_sent(SpoolId spool, SourceId peer, Bytes bytes) = 0;
  // Whether blocks of this piece are on their way from peers, so that the origin is spared it.
  virtual void on_piece_asked(SpoolId spool, PieceIndex piece, bool asked) = 0;
  // What a peer says of a SHA-256 that we ask for; replaces what it said before.
  virtual void on_word(Digest const& /*sha256*/, PeerInfo const& /*peer*/, DigestWord const&) {}
  virtual void on_word_gone(Digest const& /*sha256*/, SourceId /*peer*/) {}
  // What a peer does with many contents; `anew`: all of it, in place of what it said before. Told
  // once for each peer's key, whatever contents it is met at.
  virtual void on_company(PeerInfo const& /*peer*/, bool /*anew*/,
                          std::vector<CompanyWord> const& /*words*/) {}
  virtual void on_company_gone(std::uint64_t /*key*/) {}
};

// The first bytes of the root.
[[nodiscard]] inline std::uint64_t short_name(ContentId const& content) {
  std::uint64_t name = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    name = name << 8 | std::to_integer<std::uint64_t>(content.root.bytes[i]);
  }
  return name;
}

class Swarm {
 public:
  virtual ~Swarm() = default;

  virtual void set_events(SwarmEvents* events) = 0;

  // Our own key as others see it in `PeerInfo::key`; for rendezvous hashing.
  [[nodiscard]] virtual std::uint64_t key() const = 0;

  // `present` are pieces that can be served at once; with a manifest, all of them verified.
  virtual void join(SwarmSpec spec, PieceMap const& present) = 0;
  virtual void leave(SpoolId spool) = 0;
  // A piece that came another way and is verified: peers may have it at once.
  virtual void offer(SpoolId spool, PieceIndex piece) = 0;
  // Pieces that peers should not be asked for, because we fetch them elsewhere. Replaces the last
  // set.
  virtual void reserve(SpoolId spool, std::vector<PieceRange> const& pieces) = 0;
  // Our own claims, told to all peers. Replaces the last set.
  virtual void claim(SpoolId spool, std::vector<Claim> const& claims) = 0;
  // Meets those who share or ask for a content with this SHA-256 and tells them our word; again:
  // another word. Until `part`.
  virtual void meet(Digest const& /*sha256*/, DigestWord const& /*ours*/) {}
  virtual void part(Digest const& /*sha256*/) {}
  // What peers call a content when they tell each other of many.
  [[nodiscard]] virtual std::uint64_t name_of(ContentId const& content) const {
    return short_name(content);
  }
  // What we do with contents now, of those where that has changed: told to all peers, of whatever
  // content, that may be served.
  virtual void tell_company(std::vector<CompanyWord> const& /*news*/) {}
  // Ends every connection with this peer's address and key, and refuses them for a while.
  virtual void ban(SourceId peer, Offence const& offence) = 0;
  virtual void set_limits(BytesPerSecond download, BytesPerSecond upload) = 0;  // 0: none.
};

}  // namespace freshet
