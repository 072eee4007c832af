// Which ranges of one content are fetched from its origin, and in what order: what somebody waits
// for first, then ahead of him, then the rest. No byte is asked for twice.
//
// Pure; one thread.
#pragma once

#include <deque>
#include <optional>

#include "engine/transfer/range_set.h"

namespace freshet::node {

struct RangePlanOptions {
  std::size_t streams_max = 4;         // At the same time,
  std::size_t urgent_streams_max = 8;  // with those that somebody waits for.
  Bytes range_bytes = 8_MiB;           // Of one request.
};

class RangePlan {
 public:
  RangePlan(Bytes length, RangeSet const& present, RangePlanOptions options)
      : length_(length), options_(options), taken_(present), done_(present) {}

  // Somebody waits for the byte at this place.
  void want(Bytes at);
  // The next range to be fetched, which counts as being on its way. Begins at a multiple of 16 KiB.
  [[nodiscard]] std::optional<ByteRange> next();
  // One that is on its way from elsewhere.
  void started(ByteRange range);
  // One ended; what of it did not come is to be fetched again. `reached` is a multiple of 16 KiB,
  // or the end.
  void ended(ByteRange range, Bytes reached);

  [[nodiscard]] bool complete() const { return done_.size() == length_; }
  [[nodiscard]] std::size_t streams() const { return streams_; }
  [[nodiscard]] RangeSet const& done() const { return done_; }

 private:
  [[nodiscard]] std::optional<ByteRange> hole_from(Bytes at) const;
  [[nodiscard]] ByteRange take(ByteRange range);

  Bytes const length_;
  RangePlanOptions const options_;
  RangeSet taken_;  // There or on its way.
  RangeSet done_;   // There.
  std::deque<Bytes> wanted_;
  Bytes front_ = 0;  // Where somebody waited last.
  std::size_t streams_ = 0;
};

}  // namespace freshet::node
