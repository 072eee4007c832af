// How contents came, put together from the jobs that had them and from what peers move of them.
//
// Loop only; the ports outlive it. Bounded by the contents that are stored.
#pragma once

#include <functional>
#include <optional>

#include "engine/job/job_entry.h"
#include "engine/ports/arrivals.h"
#include "engine/ports/content_store.h"

namespace freshet {

class ArrivalBook {
 public:
  struct Ports {
    Arrivals& arrivals;
    ContentStore const& store;
    // What peers moved of a content since the start.
    std::function<ByPeerClass<PeerTraffic>(ContentId const&)> traffic;
  };
  explicit ArrivalBook(Ports ports) : ports_(std::move(ports)) {}

  // What is transferred of the job: when all of it is, and when the job ends.
  void keep(JobEntry const& job, Duration transfer_time);
  // What peers moved until now.
  void save();
  // With what peers moved until now; nothing when no job had it.
  [[nodiscard]] std::optional<Arrival> find(SpoolId spool) const;

 private:
  [[nodiscard]] Arrival up_to_now(Arrival arrival) const;

  Ports ports_;
};

}  // namespace freshet
