// Which of the transfers that wait may begin, where others fetch the same ones at the same time,
// and what we tell them of ours. The decisions are `Company`'s; this keeps what they are about.
//
// Thread: engine loop. Owned by `Transfers`.
#pragma once

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "engine/ports/swarm.h"
#include "engine/transfer/company.h"

namespace freshet {

class Transfer;
struct Wish;

struct DeskLimits {
  // What is larger is shared out piece by piece.
  Bytes content_bytes_max = 4_MiB;
  Bytes manifest_bytes_max = 64_KiB;  // Of a document that is read before its transfer begins.
  // So many at a time are a burst: of fewer none waits for peers that may come, or may want it.
  std::size_t burst_min = 8;
  // Of a burst in company, between telling others that we want something and fetching it: until
  // then they have told us whether they want it too.
  Duration settle = std::chrono::milliseconds{150};
  // Who fetches nothing takes over what others have had so long to begin with.
  Duration spare_wait = std::chrono::milliseconds{500};
};

// How many go on at a time: as many as do not slow each other down. So each is whole, and may be
// had from one more, soon.
class AtATime {
 public:
  [[nodiscard]] std::size_t now() const { return now_; }
  void ended(Duration took) {
    quickest_ = std::min(took, quickest_ + quickest_ / kForgets);
    if (took <= quickest_ * 3 / 2) now_ = std::min(now_ + 1, kMax);
    if (took >= quickest_ * 3) now_ = std::max(now_ - 1, kMin);
  }

 private:
  static constexpr std::size_t kMin = 2;
  static constexpr std::size_t kMax = 8;
  static constexpr int kForgets = 64;
  std::size_t now_ = kMin;
  Duration quickest_ = std::chrono::seconds{1};
};

class CompanyDesk {
 public:
  // `swarm` may be null: then nobody is there, and everything may begin.
  explicit CompanyDesk(Swarm* swarm, DeskLimits limits = {})
      : swarm_(swarm), limits_(limits), company_(swarm != nullptr ? swarm->key() : 0) {}

  [[nodiscard]] Company& company() { return company_; }
  [[nodiscard]] Company const& company() const { return company_; }

  // `first`: nothing else is under way. `bytes_min`: what is smaller has no peers.
  void on_queued(Transfer const& transfer, Wish const& wish, bool first, Bytes bytes_min,
                 TimePoint now);
  // Of those that wait: 0 for what may start, others for what may start if no other has less, and
  // nothing for what has to wait on. Each of those who take the same begins with others. `alone`:
  // no other transfer runs.
  [[nodiscard]] std::optional<std::uint64_t> rank(Transfer const& transfer, bool alone,
                                                  TimePoint now);
  void on_starting(Transfer& transfer, TimePoint now);
  void on_asking_origin(Transfer const& transfer, TimePoint now);
  void on_arrived(Transfer const& transfer, TimePoint now);
  void on_fetching_again(Transfer const& transfer);
  void on_ended(Transfer const& transfer);
  // Of what waits one may begin then, if nothing happens before.
  [[nodiscard]] std::optional<TimePoint> next_look(TimePoint now) const;
  // Those who may have it are known: the link need not be asked.
  [[nodiscard]] bool among_known(Transfer const& transfer, TimePoint now) const;

 private:
  struct Entry {
    std::uint64_t name = 0;
    TimePoint told_at{};
    std::optional<TimePoint> left_since;  // To one who has not begun.
    std::optional<TimePoint> started;
    std::optional<TimePoint> fetched_since;
    std::vector<Company::Holder> holders;  // That it is taken from.
    bool arrived = false;
  };
  void tell(Entry const& entry, CompanyWord::Kind kind);
  template <typename Counts>
  [[nodiscard]] std::size_t under_way(Counts counts) const;
  [[nodiscard]] std::optional<std::uint64_t> rank_of(Entry& entry, Company::Verdict verdict,
                                                     TimePoint now);
  [[nodiscard]] bool fetches_less_than(std::size_t count) const;
  [[nodiscard]] bool may_fetch(Entry const& entry, TimePoint now);
  [[nodiscard]] bool may_take_over(Entry& entry, TimePoint now);
  [[nodiscard]] bool waits_until(TimePoint when, TimePoint now);
  [[nodiscard]] bool may_take(Company::Holder const& holder) const;
  void look_at_fetches(TimePoint now);
  [[nodiscard]] Entry* find(Transfer const& transfer);

  Swarm* swarm_;
  DeskLimits limits_;
  Company company_;
  std::unordered_map<Transfer const*, Entry> entries_;
  std::unordered_set<Transfer const*> running_;  // Of these: begun, and not arrived.
  AtATime fetches_;
  AtATime takes_;  // From one peer.
  std::size_t waiting_ = 0;
  std::optional<TimePoint> look_at_;  // One of those that wait may be ours to fetch then.
};

}  // namespace freshet
