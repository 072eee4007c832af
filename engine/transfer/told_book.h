// What peers say of the content with a SHA-256 that we look for, until it is known who lied.
//
// Pure. Thread: engine loop. Bounded: of many peers the first are heard.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/ports/swarm.h"

namespace freshet {

class ToldBook {
 public:
  explicit ToldBook(std::size_t peers_max = 64) : peers_max_(peers_max) {}

  // Replaces what this peer said before. Whether it names a content that it did not name before.
  bool hear(PeerInfo const& peer, DigestWord const& word, TimePoint now);
  // What it named still counts.
  void forget(SourceId peer);

  // What most addresses name, the first of equals; nothing that was refuted.
  [[nodiscard]] std::optional<ContentId> best() const;
  // It turned out to be something else.
  void refute(ContentId const& content) { refuted_.insert(content); }
  // Where those who name it listen.
  [[nodiscard]] std::vector<std::string> addresses(ContentId const& content) const;
  // Who named another content than this one, and who named this one.
  [[nodiscard]] std::vector<SourceId> liars(ContentId const& right) const;
  [[nodiscard]] std::vector<SourceId> namers(ContentId const& content) const;

  // A peer that is fetching it from the origin and is there before us.
  struct Ahead {
    SourceId peer = SourceId::none;
    std::string address;
    DigestWord word;
  };
  struct Own {
    std::uint64_t key = 0;
    Bytes done = 0;
  };
  // The first of those who are ahead. Two peers are never each ahead of the other, for what they
  // have only grows; of those with equally much the lower key is ahead.
  [[nodiscard]] std::optional<Ahead> ahead_of(Own const& own, TimePoint now) const;

 private:
  struct Heard {
    PeerInfo peer;
    DigestWord word;
    TimePoint grew{};  // When it last had more than before.
    std::uint64_t order = 0;
    bool gone = false;
  };

  std::size_t peers_max_;
  std::map<SourceId, Heard> heard_;
  std::set<ContentId> refuted_;
};

}  // namespace freshet
