#include "engine/transfer/traffic_series.h"

#include <algorithm>
#include <utility>

namespace freshet {

namespace {

constexpr Duration kSecond = std::chrono::seconds{1};
constexpr Duration kBestMin = std::chrono::milliseconds{10};  // Less says nothing of a rate.

std::uint64_t milliseconds(Duration span) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(span).count());
}

}  // namespace

TrafficSeries::Column& TrafficSeries::new_column(Column column) {
  if (columns_.size() < kColumnsMax) return columns_.emplace_back(std::move(column));
  auto const others = std::ranges::find_if(columns_, &Column::others);
  if (others != columns_.end()) return *others;
  // The youngest makes room: it goes on together with all that come later.
  columns_.back().others = true;
  return columns_.back();
}

TrafficSeries::Column& TrafficSeries::column_of(SourceId source) {
  auto const own = std::ranges::find_if(columns_, [source](Column const& column) {
    return !column.peers && !column.others && column.source == source;
  });
  return own != columns_.end() ? *own : new_column({source, std::nullopt, false, {}});
}

TrafficSeries::Column& TrafficSeries::column_of(PeerClass peer_class) {
  auto const own = std::ranges::find_if(columns_, [peer_class](Column const& column) {
    return column.peers == peer_class && !column.others;
  });
  return own != columns_.end() ? *own : new_column({SourceId::none, peer_class, false, {}});
}

void TrafficSeries::add_source(SourceId source, bool cache_host, Bytes bytes, TimePoint now) {
  add(column_of(source), cache_host ? From::cache_host : From::origin, bytes, now);
}

void TrafficSeries::add_peers(PeerClass peer_class, Bytes bytes, TimePoint now) {
  add(column_of(peer_class), From::peers, bytes, now);
}

void TrafficSeries::add(Column& column, From from, Bytes bytes, TimePoint now) {
  if (bytes == 0) return;
  auto const at = std::max(now, start_) - start_;
  while (static_cast<std::size_t>(at / step_) >= kStepsMax) halve();
  auto const index = static_cast<std::size_t>(at / step_);
  if (column.steps.size() <= index) column.steps.resize(index + 1);
  column.steps[index] += bytes;
  close_second(now);
  auto& kind = by_kind_[static_cast<std::size_t>(from)];
  for (auto* const best : {&all_, &kind}) {
    best->in_second += bytes;
    best->total += bytes;
  }
  total_ += bytes;
  last_ = now;
}

// Seconds follow each other from the first byte on; one in which nothing came counts for nothing.
void TrafficSeries::close_second(TimePoint now) {
  if (!first_) {
    first_ = second_began_ = now;
    return;
  }
  if (now - second_began_ < kSecond) return;
  any_second_ = true;
  for (auto* const best : {&all_, &by_kind_[0], &by_kind_[1], &by_kind_[2]}) {
    best->most = std::max(best->most, std::exchange(best->in_second, 0));
  }
  second_began_ += (now - second_began_) / kSecond * kSecond;
}

BytesPerSecond TrafficSeries::best_of(Best const& best) const {
  if (any_second_) return {std::max(best.most, best.in_second)};
  if (!first_ || *last_ - *first_ < kBestMin) return {};
  auto const seconds = std::chrono::duration<double>(*last_ - *first_).count();
  return {static_cast<std::uint64_t>(static_cast<double>(best.total) / seconds)};
}

void TrafficSeries::halve() {
  step_ *= 2;
  for (auto& column : columns_) {
    std::vector<Bytes> wider((column.steps.size() + 1) / 2);
    for (std::size_t i = 0; i < column.steps.size(); ++i) wider[i / 2] += column.steps[i];
    column.steps = std::move(wider);
  }
}

void TrafficSeries::write(JsonWriter& json) const {
  json.key("series").begin_object().field("step_ms", milliseconds(step_));
  json.key("columns").begin_array();
  for (auto const& column : columns_) {
    json.begin_object();
    if (column.others) {
      json.field("others", true);
    } else if (column.peers) {
      json.field("peers", name(*column.peers));
    } else {
      json.field("source", static_cast<std::uint64_t>(column.source));
    }
    json.key("bytes").begin_array();
    for (auto const bytes : column.steps) json.value(std::uint64_t{bytes});
    json.end_array().end_object();
  }
  json.end_array().end_object();
}

}  // namespace freshet
