// The origins and mirrors of one transfer: how fast they are, how they failed, and whether they may
// be asked now.
//
// Pure; time comes in with each call. Thread: engine loop.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/ports/origin.h"
#include "engine/ports/random.h"
#include "engine/ports/source_id.h"
#include "engine/transfer/connection_budget.h"
#include "engine/transfer/connection_governor.h"
#include "engine/transfer/rate_estimate.h"
#include "engine/transfer/traffic_series.h"
#include "freshet/error.h"

namespace freshet {

// Whether a source's bytes may be mixed with what is there.
enum class Admission : std::uint8_t {
  unknown,  // Its answer's head must be seen first.
  admitted,
  refused,  // It has something else.
};

struct Source {
  SourceId id = SourceId::none;
  std::string name;  // Its URL, without query and credentials.
  HostKey host{};
  std::optional<Validator> validator;  // Of its first answer; later ones must match.
  Admission admission = Admission::unknown;
  bool ranges = true;  // Until it is seen to ignore them.
  bool cache_host = false;

  std::uint32_t open = 0;
  std::uint32_t open_most = 0;  // At a time, so far.
  ConnectionGovernor governor{1, 0};
  RateEstimate rate;                // Of one connection.
  std::optional<Duration> latency;  // From request to answer.
  Bytes range_bytes_before = 0;     // Of the last range it was given.
  Bytes reached = 0;                // How far into the content its fetches came.

  std::uint32_t failures = 0;  // In a row.
  TimePoint not_before{};      // Leave it alone until then,
  TimePoint held_until{};      // and by policy until then; the latest of all times: until told.
  std::optional<Error> error;  // The last one.
  bool left = false;           // For the rest of the transfer, for the reason in `error`.
  bool banned = false;         // It sent wrong bytes.

  Bytes received = 0;
  Bytes useful = 0;

  // Bytes up to here prove that it works. One that always begins at the beginning must come further
  // than before, or it would be asked for the same for ever.
  [[nodiscard]] bool proves(Bytes next) const { return ranges || next > reached; }
  [[nodiscard]] bool gone() const { return left || banned || admission == Admission::refused; }
  // As far as one knows: one that has done nothing but fail is not waited for.
  [[nodiscard]] bool sends_parts() const {
    return ranges && !gone() && (failures == 0 || rate.known());
  }
};

struct SourceLimits {
  std::uint32_t failures_max = 5;
  Duration backoff_min{};
  Duration backoff_max{};
  Duration retry_after_max = std::chrono::minutes{10};
};

class SourceBook {
 public:
  SourceBook(SourceLimits limits, Random& random) : limits_(limits), random_(random) {}

  void add(Source source) { sources_.push_back(std::move(source)); }
  [[nodiscard]] Source* find(SourceId id);
  [[nodiscard]] Source const* find(SourceId id) const;
  [[nodiscard]] std::vector<Source>& all() { return sources_; }
  [[nodiscard]] std::vector<Source> const& all() const { return sources_; }

  [[nodiscard]] bool usable(Source const& source, TimePoint now) const {
    return !source.gone() && source.not_before <= now && source.held_until <= now;
  }
  // No source can deliver any more, however long one waits.
  [[nodiscard]] bool exhausted() const;
  // When the next waiting source may be asked again.
  [[nodiscard]] std::optional<TimePoint> next_return(TimePoint now) const;

  // Bytes came that nobody else had brought.
  void on_bytes(Source& source, Bytes bytes, TimePoint now);
  // What all sources brought, and peers.
  [[nodiscard]] TrafficSeries& traffic() { return traffic_; }
  [[nodiscard]] TrafficSeries const& traffic() const { return traffic_; }
  // Useful bytes came: failures before do not count any more.
  void on_success(Source& source);
  enum class Answer { waits, left };
  Answer on_failure(Source& source, Error error, std::optional<Duration> retry_after,
                    TimePoint now);
  void leave(Source& source, Error error);
  void ban(Source& source, Error error);
  // What it was accused of was judged by something that turned out wrong.
  static void acquit(Source& source);

  // What best explains that no source is left: an error that may pass, else the first source's.
  [[nodiscard]] Error explain() const;

 private:
  SourceLimits limits_;
  Random& random_;
  std::vector<Source> sources_;
  TrafficSeries traffic_;
};

}  // namespace freshet
