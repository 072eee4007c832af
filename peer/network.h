// The network side: all contents as libtorrent's thread sees them, and the way of reports to the
// loop.
//
// libtorrent's thread only, except what says otherwise. Shared by the loop side, the disk and the
// plugins; `close` ends its work before libtorrent's thread ends.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/base/pool.h"
#include "engine/ports/gate.h"
#include "engine/ports/piece_reader.h"
#include "peer/company_links.h"
#include "peer/door.h"
#include "peer/doorway.h"
#include "peer/in_flight.h"
#include "peer/local_networks.h"
#include "peer/meetings.h"
#include "peer/messages.h"
#include "peer/token_count.h"
#include "peer/torrent.h"

namespace libtorrent {
struct torrent_handle;
}

namespace freshet::peer {

struct NetworkSpec {
  Gate& gate;
  PieceReader& reader;
  Pool& pool;
  std::uint64_t key = 0;
  std::string group_secret;
  bool peer_exchange = false;
  bool local_search = false;
  bool dht = false;
  Duration stall_timeout{};
  Duration hold_timeout{};
  Duration idle_timeout{};
  Meetings::Ways meetings;
  Doorway::Limits doorway;
};

// libtorrent's session, as its own thread uses it.
class SessionControl {
 public:
  virtual ~SessionControl() = default;
  virtual void add(std::shared_ptr<Torrent> const& torrent) = 0;
  virtual void remove(libtorrent::torrent_handle const& handle) = 0;
};

class LinkListener;
class Timers;

class Network final : public PieceWatcher, public std::enable_shared_from_this<Network> {
 public:
  // `deliver` runs on the network thread and posts to the loop.
  // `wanted` too: a peer wants a content that stands by; where it listens, if known.
  Network(NetworkSpec spec, LocalNetworks local, std::function<void(Batch)> deliver,
          std::function<void(SpoolId, std::string)> wanted);
  ~Network() override;

  [[nodiscard]] NetworkSpec const& spec() const { return spec_; }
  [[nodiscard]] std::shared_ptr<Door> const& door() const { return door_; }  // Any thread.
  [[nodiscard]] InFlight& in_flight() { return in_flight_; }                 // Any thread.

  // PieceWatcher; any thread.
  void on_piece_verified(SpoolId spool, PieceIndex piece, std::vector<Digest> leaves) override;
  void on_piece_dropped(SpoolId spool, PieceIndex piece) override;

  // Called by the disk when libtorrent makes it and by the session's plugin when it ends.
  void open(boost::asio::io_context& context);
  void close();
  void set_session(SessionControl* session) { session_ = session; }

  void remove(libtorrent::torrent_handle const& handle) {
    if (session_ != nullptr) session_->remove(handle);
  }

  void join(std::shared_ptr<Torrent> const& torrent);
  void leave(SpoolId spool);
  // The store has been told of the manifest: blocks may move.
  void identify(SpoolId spool, std::shared_ptr<Manifest const> manifest, std::string file,
                PieceMap const& present);
  void offer(SpoolId spool, PieceIndex piece);
  // What was taken only may be served from now on.
  void serve(SpoolId spool);
  [[nodiscard]] std::shared_ptr<Torrent> find(SpoolId spool) const;
  [[nodiscard]] std::shared_ptr<Torrent> find(Digest const& content_root) const;

  // Tells the loop all there is to tell, now.
  void flush();
  // Something of it has to be told to the loop, soon.
  void report(std::shared_ptr<Torrent> const& torrent);

  [[nodiscard]] SourceId next_peer() { return SourceId{++last_peer_}; }
  [[nodiscard]] Nonce nonce();  // Never the same twice.
  [[nodiscard]] PeerClass classify(
      std::string const& address) const;  // Never `internet` in a group.
  void set_local_networks(LocalNetworks local) { local_ = std::move(local); }
  // By the first bytes of its info-hash, which is what peers name it by.
  void stand_by(SpoolId spool, Digest const& info_hash);
  void stop_standing_by(SpoolId spool);
  [[nodiscard]] Meetings& meetings() { return meetings_; }
  [[nodiscard]] CompanyLinks& company() { return company_; }
  void tell_company(std::vector<CompanyWord> const& news);
  // As `Meetings::share`; it is heard on the link who asks.
  void share_digest(SpoolId spool, Digest const& sha256, ContentId const& content);
  // A peer asks for what is named so.
  void on_asked(std::string_view short_hash, std::string const& address);
  // A port of ours is open.
  void on_listening(std::uint16_t port) { ports_.push_back(port); }
  // Somebody has connected and has not said what it wants; and now it has.
  void on_stranger(std::string const& remote);
  void on_named(std::string const& remote);
  [[nodiscard]] Doorway& doorway() { return doorway_; }
  // What may happen with peers, from now on.
  void allow(PeerAllowance allowance);
  [[nodiscard]] PeerAllowance const& allowance() const { return allowance_; }
  void set_banned_keys(std::vector<std::uint64_t> keys);
  [[nodiscard]] bool banned(std::uint64_t key) const { return banned_keys_.contains(key); }
  // Trackers and the link tell us our own addresses too: "192.0.2.1:7680".
  void met_ourselves(std::string own_endpoint);
  [[nodiscard]] bool ourselves(std::string const& endpoint) const {
    return own_endpoints_.contains(endpoint);
  }

 private:
  void pulse();
  void tell_company_soon();
  void flush_at(TimePoint when);
  void flush_due();
  void listen_to_link();
  void look_after(std::shared_ptr<Torrent> const& torrent, TimePoint now);
  void part_from_equals(Torrent const& torrent);
  // Leaves libtorrent's session and joins it again with what the store has.
  void restart(std::shared_ptr<Torrent> const& torrent);

  NetworkSpec spec_;
  LocalNetworks local_;
  std::function<void(Batch)> deliver_;
  std::function<void(SpoolId, std::string)> wanted_;
  std::shared_ptr<Door> door_ = std::make_shared<Door>();
  InFlight in_flight_;
  std::unique_ptr<Timers> timers_;
  SessionControl* session_ = nullptr;
  bool closed_ = false;
  std::uint64_t last_peer_ = kFirstPeerSource;
  std::unordered_map<SpoolId, std::shared_ptr<Torrent>> torrents_;
  std::unordered_map<Digest, std::shared_ptr<Torrent>> by_root_;
  std::set<std::shared_ptr<Torrent>> to_report_;
  std::unordered_map<std::string, SpoolId> standing_by_;  // By short hash.
  std::unordered_map<SpoolId, std::string> short_hash_of_;
  std::unique_ptr<LinkListener> listener_;
  Meetings meetings_;
  Doorway doorway_;
  std::vector<std::uint16_t> ports_;
  CompanyLinks company_;
  TokenCount wakes_;
  std::set<std::uint64_t> banned_keys_;
  std::set<std::string> own_endpoints_;
  PeerAllowance allowance_;
};

}  // namespace freshet::peer
