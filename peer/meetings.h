// Where peers meet who know the same SHA-256 and not all of them the content's id: for each digest
// a torrent without an info dictionary, whose only use are the words that they say to each other.
//
// A meeting is open while we ask, and for who shares the content while somebody else does; where
// peers are found by trackers or the DHT, as long as the content is shared. libtorrent's thread
// only; part of `Network`.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "engine/ports/swarm.h"
#include "peer/torrent.h"

namespace freshet::peer {

class Meetings {
 public:
  struct Ways {
    std::string group_secret;
    std::vector<std::string> trackers;
    std::vector<std::string> peers;  // "address:port", from configuration.
    bool always_open = false;        // While a content is shared, so that trackers name us.
  };
  // How a meeting joins libtorrent's session, and leaves it.
  struct Session {
    std::function<void(std::shared_ptr<Torrent> const&)> join;
    std::function<void(SpoolId)> leave;
  };
  Meetings(Ways ways, Session session) : ways_(std::move(ways)), session_(std::move(session)) {}

  void meet(Digest const& sha256, DigestWord const& ours);
  void part(Digest const& sha256);
  // Who asks is told this content, until its spool is shared no more.
  void share(SpoolId spool, Digest const& sha256, ContentId const& content);
  void unshare(SpoolId spool);

  [[nodiscard]] bool opens(std::string const& short_hash) const {
    auto const found = points_.find(short_hash);
    return found != points_.end() && !found->second.open;
  }
  // A peer asks for a meeting that is named so and not open, and listens there if that is known.
  void on_asked(std::string const& short_hash, std::string const& address);
  // Nobody has been there for a while.
  void on_idle(Torrent const& meeting);
  void clear();

 private:
  struct Point {
    Digest sha256;
    Digest info_hash;
    std::optional<DigestWord> ours;  // We ask.
    std::optional<ContentId> content;
    SpoolId spool = SpoolId::none;  // That has it.
    std::shared_ptr<Torrent> open;
  };
  Point& point(Digest const& sha256);
  void settle(Point& point);
  void open(Point& point, std::string const& peer);
  [[nodiscard]] static DigestWord word_of(Point const& point);

  Ways ways_;
  Session session_;
  std::unordered_map<std::string, Point> points_;  // By short hash.
  std::unordered_map<SpoolId, std::string> shared_;
  std::uint64_t last_ = 0;
};

}  // namespace freshet::peer
