// Contents that are shared without a job: after the last one let them go, and after a restart.
//
// Loop only; the ports outlive it. Destroying it leaves everything to the store's next start.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/loop.h"
#include "engine/ports/clock.h"
#include "engine/ports/content_store.h"
#include "engine/ports/log.h"
#include "engine/ports/swarm.h"
#include "engine/transfer/transfers.h"

namespace freshet {

struct SharingOptions {
  Duration share_for{};  // After the last job; 0: not at all.
  std::size_t contents_max = 1000;
};

class Sharing {
 public:
  struct Ports {
    Loop& loop;
    Clock& clock;
    Log& log;
    ContentStore& store;
    Transfers& transfers;
    Swarm* swarm = nullptr;  // Null: nothing is ever shared.
  };
  Sharing(Ports ports, SharingOptions options);
  ~Sharing();
  Sharing(Sharing const&) = delete;
  Sharing& operator=(Sharing const&) = delete;

  // No job needs it any more. What the swarm has of it stays for a while; the rest goes at once.
  void let_go(SpoolId spool);

  // Shares this stored content until it is unshared. policy_refused without a swarm; not_found,
  // invalid_state when it is not whole, and what reading it again may find.
  void share(ContentId const& content, std::function<void(Result<void>)> done);
  // Whether it was shared without a job.
  bool unshare(ContentId const& content);

  [[nodiscard]] std::size_t size() const { return held_.size(); }
  [[nodiscard]] bool holds(SpoolId spool) const { return held_.contains(spool); }

 private:
  struct Held {
    std::uint64_t order = 0;
    TimerId timer = TimerId::none;  // None: until it is unshared.
  };

  void hold(SpoolId spool, bool for_a_while);
  void expire(SpoolId spool);
  void release(SpoolId spool);
  void trim();
  void take_up(OpenedSpool const& opened, ContentId const& content,
               std::function<void(Result<void>)> const& done);
  [[nodiscard]] std::optional<StoredContent> stored(ContentId const& content) const;

  Ports ports_;
  SharingOptions options_;
  std::map<SpoolId, Held> held_;
  std::uint64_t last_order_ = 0;
  std::shared_ptr<Sharing*> alive_ = std::make_shared<Sharing*>(this);
};

}  // namespace freshet
