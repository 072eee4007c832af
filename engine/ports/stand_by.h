// Contents that are not joined until a peer asks for them, which costs next to nothing. Loop only.
//
// Only where it can be heard that a peer does: on the link, or when it connects to us.
#pragma once

#include <optional>
#include <string>

#include "engine/ports/source_id.h"
#include "freshet/content_id.h"
#include "freshet/digest.h"

namespace freshet {

class StandByEvents {
 public:
  virtual ~StandByEvents() = default;
  // A peer wants a content that stands by, which it does no more; where the peer listens, if known.
  virtual void on_wanted(SpoolId spool, std::string const& address) = 0;
  // A whole content that is joined has had no peers for a while; told again and again.
  virtual void on_idle(SpoolId spool) = 0;
};

class StandBy {
 public:
  virtual ~StandBy() = default;
  virtual void set_stand_by_events(StandByEvents* events) = 0;
  // Where peers are told of us by trackers or the DHT, contents have to be joined to be announced.
  [[nodiscard]] virtual bool can_stand_by() const = 0;
  // `Swarm::leave`, and `Swarm::join` with it, end it.
  // `sha256` as in `SwarmSpec`.
  virtual void stand_by(SpoolId spool, ContentId const& content,
                        std::optional<Digest> const& sha256) = 0;
};

}  // namespace freshet
