// What a transfer decided, in order, with reasons: the part of `why` that is told as a story.
//
// Pure; time comes in with each call. Thread: engine loop. Bounded: entries of the same kind about
// the same source that follow each other are counted in one, and when the record is full the middle
// is dropped, since how it began and how it ended explain most.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "engine/ports/source_id.h"
#include "engine/transfer/json_writer.h"
#include "engine/transfer/why_code.h"
#include "freshet/error.h"
#include "freshet/units.h"

namespace freshet {

class DecisionRecord {
 public:
  struct Entry {
    Duration at{};    // Since the transfer was asked for.
    Duration last{};  // Of those counted in this entry.
    WhyCode code{};
    SourceId source = SourceId::none;
    std::string text;  // One sentence.
    std::optional<Errc> error;
    std::uint32_t count = 1;
  };

  DecisionRecord(TimePoint start, std::size_t entries_max)
      : start_(start), entries_max_(entries_max < 2 ? 2 : entries_max) {}

  void note(TimePoint now, WhyCode code, SourceId source, std::string text,
            std::optional<Errc> error = std::nullopt);
  void note(TimePoint now, WhyCode code, std::string text) {
    note(now, code, SourceId::none, std::move(text));
  }
  void note(TimePoint now, WhyCode code, SourceId source, Error const& error) {
    note(now, code, source, error.why, error.code);
  }

  [[nodiscard]] TimePoint start() const { return start_; }
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }
  [[nodiscard]] std::vector<Entry> entries() const;
  // Also of those that were dropped.
  [[nodiscard]] WhyCodes const& seen() const { return seen_; }
  // As the array "events" and the number "events_dropped" of the object that `json` is in.
  void write(JsonWriter& json) const;

 private:
  TimePoint start_;
  std::size_t entries_max_;
  std::vector<Entry> first_;
  std::deque<Entry> last_;
  std::uint64_t dropped_ = 0;
  WhyCodes seen_;
};

}  // namespace freshet
