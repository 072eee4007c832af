// Bytes by source over time: steps of equal length, which double in length when they are too many,
// and the best rates that were seen.
//
// Pure; time comes in with each call. Thread: engine loop. Bounded: `kStepsMax` steps of
// `kColumnsMax` columns; what has no column of its own is counted together.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/ports/source_id.h"
#include "engine/transfer/json_writer.h"
#include "freshet/peers.h"
#include "freshet/units.h"

namespace freshet {

class TrafficSeries {
 public:
  static constexpr std::size_t kStepsMax = 48;
  static constexpr std::size_t kColumnsMax = 12;

  enum class From : std::uint8_t { origin, cache_host, peers };

  void begin(TimePoint start) { start_ = start; }
  void add_source(SourceId source, bool cache_host, Bytes bytes, TimePoint now);
  void add_peers(PeerClass peer_class, Bytes bytes, TimePoint now);

  [[nodiscard]] Bytes total() const { return total_; }
  [[nodiscard]] std::optional<TimePoint> first() const { return first_; }
  [[nodiscard]] std::optional<TimePoint> last() const { return last_; }
  // The most that came within one second, or in all where it took less; 0: nothing is known.
  [[nodiscard]] BytesPerSecond best() const { return best_of(all_); }
  [[nodiscard]] BytesPerSecond best(From from) const {
    return best_of(by_kind_[static_cast<std::size_t>(from)]);
  }

  // As the object "series".
  void write(JsonWriter& json) const;

 private:
  struct Column {
    SourceId source = SourceId::none;
    std::optional<PeerClass> peers;
    bool others = false;
    std::vector<Bytes> steps;
  };
  // Bytes of the second that runs, and of the best one that was whole.
  struct Best {
    Bytes in_second = 0;
    Bytes most = 0;
    Bytes total = 0;
  };

  [[nodiscard]] Column& column_of(SourceId source);
  [[nodiscard]] Column& column_of(PeerClass peer_class);
  [[nodiscard]] Column& new_column(Column column);
  void add(Column& column, From from, Bytes bytes, TimePoint now);
  void close_second(TimePoint now);
  void halve();
  [[nodiscard]] BytesPerSecond best_of(Best const& best) const;

  TimePoint start_{};
  Duration step_ = std::chrono::milliseconds{250};
  std::vector<Column> columns_;
  Bytes total_ = 0;
  std::optional<TimePoint> first_;
  std::optional<TimePoint> last_;
  TimePoint second_began_{};
  bool any_second_ = false;
  Best all_;
  std::array<Best, 3> by_kind_;
};

}  // namespace freshet
