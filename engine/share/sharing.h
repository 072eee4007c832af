// Contents that are shared without a job: after the last one let them go, and after a restart.
//
// A content that no peer asks for stands by: the swarm knows its name alone, and the store has it
// closed. When a peer wants it it is opened and joined.
//
// Loop only; the ports outlive it. Destroying it leaves everything to the store's next start.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/loop.h"
#include "engine/ports/clock.h"
#include "engine/ports/content_store.h"
#include "engine/ports/log.h"
#include "engine/ports/share_marks.h"
#include "engine/ports/stand_by.h"
#include "engine/ports/swarm.h"
#include "engine/transfer/transfers.h"

namespace freshet {

struct SharingOptions {
  Duration share_for{};  // After the last job; 0: not at all.
  std::size_t contents_max = 1000;
};

class Sharing final : private StandByEvents {
 public:
  struct Ports {
    Loop& loop;
    Clock& clock;
    Log& log;
    ContentStore& store;
    Transfers& transfers;
    ShareMarks& marks;
    Swarm* swarm = nullptr;       // Null: nothing is ever shared.
    StandBy* stand_by = nullptr;  // Null: what is shared is joined.
  };
  Sharing(Ports ports, SharingOptions options);
  ~Sharing() override;
  Sharing(Sharing const&) = delete;
  Sharing& operator=(Sharing const&) = delete;

  // Of what jobs let go from now on.
  void set_share_for(Duration share_for) { options_.share_for = share_for; }

  // What the store says is to be shared, from earlier runs.
  void resume();

  // No job needs it any more. What the swarm has of it stays for a while; the rest goes at once.
  void let_go(SpoolId spool);

  // Shares this stored content for a while, or until it is unshared; over restarts. policy_refused
  // without a swarm; not_found, invalid_state when it is not whole, and what reading it again may
  // find.
  void share(ContentId const& content, std::optional<Duration> for_a_while,
             std::function<void(Result<void>)> done);
  // Whether it was shared without a job.
  bool unshare(ContentId const& content);

  // Keeps it in the store until then, or until it is unshared; with a swarm it is shared too.
  // Errors of `share`; invalid_argument unless the end is within a year.
  void pin(ContentId const& content, std::optional<WallTime> until,
           std::function<void(Result<void>)> done);
  // Shares it no longer and deletes it. How many bytes were deleted; not_found, invalid_state.
  [[nodiscard]] Result<Bytes> purge(ContentId const& content);

  [[nodiscard]] std::size_t size() const { return held_.size(); }
  [[nodiscard]] bool holds(SpoolId spool) const { return held_.contains(spool); }
  // How many of them are joined, because peers want them.
  [[nodiscard]] std::size_t joined() const;

 private:
  struct Held {
    std::uint64_t order = 0;
    TimerId timer = TimerId::none;  // None: until it is unshared.
  };

  // StandByEvents
  void on_wanted(SpoolId spool, std::string const& address) override;
  void on_idle(SpoolId spool) override;

  void hold(SpoolId spool, WallTime until);
  void expire(SpoolId spool);
  void release(SpoolId spool);
  void trim();
  void join(OpenedSpool const& opened, ContentId const& content, std::string const& peer);
  void stand_by(StoredContent const& stored);
  [[nodiscard]] bool can_stand_by() const {
    return ports_.stand_by != nullptr && ports_.stand_by->can_stand_by();
  }
  // What cannot be read any more is let go.
  void reopen(SpoolId spool, ContentId const& content, std::string const& peer);
  void open(SpoolId spool, ContentId const& content, std::string const& peer,
            std::function<void(Result<void>)> done);
  [[nodiscard]] WallTime end_of(std::optional<Duration> for_a_while) const;
  [[nodiscard]] std::optional<StoredContent> stored(ContentId const& content) const;
  [[nodiscard]] std::optional<StoredContent> stored(SpoolId spool) const;

  Ports ports_;
  SharingOptions options_;
  std::map<SpoolId, Held> held_;
  std::map<SpoolId, ContentId> standing_by_;
  std::uint64_t last_order_ = 0;
  std::shared_ptr<Sharing*> alive_ = std::make_shared<Sharing*>(this);
};

}  // namespace freshet
