// Who is asked for which bytes, now: the decisions of one transfer.
//
// Pure: time comes in with each call, orders come out of `plan`, and the same calls give the same
// orders. Thread: engine loop. Lives as long as one attempt at one representation of a content:
// when the content changes at the origin the transfer makes a new planner over the same sources.
// docs/planner.md tells the rules.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "engine/ports/origin.h"
#include "engine/transfer/connection_budget.h"
#include "engine/transfer/crowd.h"
#include "engine/transfer/decision_record.h"
#include "engine/transfer/open_fetch.h"
#include "engine/transfer/range_chooser.h"
#include "engine/transfer/remaining.h"
#include "engine/transfer/source_book.h"
#include "engine/transfer/stealing.h"

namespace freshet {

struct PlannerOptions {
  RangeLimits ranges;
  StealLimits steals;
  Duration probe_patience = std::chrono::seconds{1};   // Then the next source is asked as well.
  Duration stall_after = std::chrono::seconds{2};      // Without bytes: an idle one takes over.
  Duration crowd_wait = std::chrono::seconds{1};       // For the first peer, with short ranges.
  Duration crowd_silence = std::chrono::seconds{60};   // Of peers, when no source is left.
  Duration settle_timeout = std::chrono::seconds{60};  // For the store to judge what it was given.
};

struct StartFetch {
  FetchId id = FetchId::none;
  SourceId source = SourceId::none;
  Bytes begin = 0;
  std::optional<Bytes> end;  // Absent: everything, from a source that cannot give parts.
  bool held = false;         // Bytes wait until the head has been judged.
};
struct ShortenFetch {
  FetchId id = FetchId::none;
  Bytes end = 0;
};
struct CancelFetch {
  FetchId id = FetchId::none;
};
using Order = std::variant<StartFetch, ShortenFetch, CancelFetch>;

struct Plan {
  std::vector<Order> orders;
  // For the swarm, when they changed: what peers are not to be asked for, and what we tell them.
  std::optional<std::vector<PieceRange>> reserve;
  std::optional<std::vector<Claim>> claims;
  std::optional<TimePoint> wake;  // Ask again then, if nothing happens before.
};

class Planner {
 public:
  struct Parts {
    SourceBook& sources;
    ConnectionBudget& budget;  // The planner opens; whoever hears of an end closes.
    FetchIds& ids;
    DecisionRecord& why;
    Random& random;
  };
  Planner(Parts parts, PlannerOptions options) : parts_(parts), options_(options) {}

  // The content's size is known and its spool is open. Before this only heads are asked for.
  void open(Geometry geometry, PieceMap present);
  void want(ByteRange range);
  // What is missing of these comes first, in this order. Replaces what was said before.
  void prefer(std::vector<ByteRange> ranges) { preferred_ = std::move(ranges); }
  // One stream brought everything; the store has yet to say so of some pieces.
  void on_whole_delivered();
  // One stream brings everything, up to an end that nobody knows: nothing else is asked for.
  void follow_one_stream() { one_stream_ = true; }
  // A manifest is on its way from this source, beside the contents; until then it is left room.
  void await_manifest(SourceId from, TimePoint until) {
    manifest_from_ = from;
    manifest_room_until_ = until;
  }
  void on_manifest() { manifest_from_ = SourceId::none; }

  // Peers may have it too. Only after `open`.
  void join_crowd(Crowd::Place place, CrowdPolicy policy, TimePoint now);
  // There are none any more, whatever they have.
  void leave_crowd();
  [[nodiscard]] Crowd* crowd() { return crowd_ ? &*crowd_ : nullptr; }

  void on_head(FetchId fetch, OriginHead const& head, TimePoint now);
  // The head was judged: the bytes go where the others are.
  void on_released(FetchId fetch);
  void on_progress(FetchId fetch, Bytes next, TimePoint now);

  enum class Cause : std::uint8_t {
    none,             // The fetch did what it should, or was told to stop.
    source,           // It failed; the source's record says so.
    content_changed,  // The source has something else now.
    store,            // Our side failed; the source is not to blame.
  };
  struct Ended {
    Cause cause = Cause::none;
    OpenFetch fetch;
    Bytes wasted = 0;
  };
  // Nothing when the fetch is not one of this planner.
  std::optional<Ended> on_end(FetchId fetch, FetchEnd const& end, TimePoint now);

  // `sender`: who brought it, if a source did.
  void on_present(PieceIndex piece, SourceId sender, TimePoint now);
  void on_rejected(PieceIndex piece, bool by_peers = false);

  [[nodiscard]] Plan plan(TimePoint now);
  // Cancels everything that is open, for good.
  [[nodiscard]] Plan stop();
  // What is still open is not this planner's any more.
  void abandon();

  [[nodiscard]] bool opened() const { return remaining_.has_value(); }
  [[nodiscard]] bool complete() const { return remaining_ && remaining_->complete(); }
  [[nodiscard]] Remaining const* remaining() const { return remaining_ ? &*remaining_ : nullptr; }
  [[nodiscard]] std::vector<OpenFetch> const& fetches() const { return fetches_; }
  // Nothing is open, nothing can be opened, and something is missing.
  [[nodiscard]] bool stuck(TimePoint now) const;

 private:
  [[nodiscard]] OpenFetch* find(FetchId fetch);
  [[nodiscard]] bool others_send_parts(Source const& source) const;
  [[nodiscard]] std::vector<ByteRange> in_flight() const;
  void split_twin(OpenFetch& fetch);
  void advance(OpenFetch& fetch, Bytes next, TimePoint now);
  void settle_refused(OpenFetch& fetch);
  [[nodiscard]] Cause judge_end(OpenFetch const& fetch, FetchEnd const& end, TimePoint now);
  void close(OpenFetch const& fetch, FetchEnd const& end);

  void plan_probe(Plan& plan, TimePoint now);
  void plan_work(Plan& plan, TimePoint now);
  [[nodiscard]] Source* next_idle(std::vector<SourceId> const& passed_over, TimePoint now);
  [[nodiscard]] bool give_work(Source& source, Plan& plan, TimePoint now);
  [[nodiscard]] bool give_range(Source& source, Plan& plan, TimePoint now);
  [[nodiscard]] std::optional<ByteRange> pick_preferred(Bytes size) const;
  [[nodiscard]] bool give_stream(Source& source, Plan& plan, TimePoint now);
  [[nodiscard]] bool steal_for(Source& source, Plan& plan, TimePoint now);
  void start(Source& source, ByteRange range, bool to_end, Plan& plan, TimePoint now);
  void cancel(OpenFetch& fetch, Plan& plan);
  void give_up_on(OpenFetch& fetch, Plan& plan, TimePoint now);
  void cancel_needless(Plan& plan);
  void cancel_slower_streams(Plan& plan, TimePoint now);
  void watch_settling(TimePoint now);
  void yield_to_claims(Plan& plan, TimePoint now);
  void trim(OpenFetch& fetch, Plan& plan);
  void tell_crowd(Plan& plan, TimePoint now);
  void tell_help(TimePoint now);
  void forget_claims(Plan& plan);
  void remember_fetched(OpenFetch const& fetch, TimePoint now);
  [[nodiscard]] std::vector<PieceRange> claims_now(TimePoint now);
  [[nodiscard]] Duration lease_now(TimePoint now) const;
  [[nodiscard]] bool with_crowd(TimePoint now) const;
  [[nodiscard]] bool leaves_room(Source const& source, TimePoint now) const;
  [[nodiscard]] std::uint32_t target_of(Source const& source, TimePoint now) const;
  [[nodiscard]] Bytes share_size(Source const& source) const;
  [[nodiscard]] double origin_rate(TimePoint now) const;

  [[nodiscard]] std::uint32_t moving(Source const& source, TimePoint now) const;
  [[nodiscard]] bool stalled(OpenFetch const& fetch, TimePoint now, bool same_source = false) const;
  [[nodiscard]] double rate_of(OpenFetch const& fetch, TimePoint now) const;
  [[nodiscard]] double share_of(Source const& source, TimePoint now) const;
  [[nodiscard]] bool free_soon(Source const& source, TimePoint now) const;
  [[nodiscard]] std::optional<TimePoint> next_look(TimePoint now) const;

  Parts parts_;
  PlannerOptions options_;
  std::optional<Remaining> remaining_;
  std::vector<ByteRange> preferred_;
  std::vector<OpenFetch> fetches_;
  bool one_stream_ = false;
  SourceId manifest_from_ = SourceId::none;
  TimePoint manifest_room_until_{};
  std::optional<TimePoint> settling_since_;

  std::optional<Crowd> crowd_;
  TimePoint crowd_since_{};
  struct Fetched {
    PieceRange pieces;
    TimePoint until;
  };
  std::vector<Fetched> fetched_;
  std::vector<PieceRange> reserved_;  // As told last,
  std::vector<PieceRange> claimed_;
  TimePoint claimed_until_{};  // and until when it holds.
  bool helped_ = false;
};

}  // namespace freshet
