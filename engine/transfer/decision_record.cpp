#include "engine/transfer/decision_record.h"

#include <utility>

namespace freshet {

namespace {

constexpr std::size_t kTextBytesMax = 300;

std::uint64_t in_milliseconds(Duration span) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(span).count());
}

void write_entry(JsonWriter& json, DecisionRecord::Entry const& entry) {
  json.begin_object().field("ms", in_milliseconds(entry.at)).field("code", to_string(entry.code));
  if (entry.source != SourceId::none) {
    json.field("source", static_cast<std::uint64_t>(entry.source));
  }
  if (entry.error) json.field("error", name(*entry.error));
  json.field("text", entry.text);
  if (entry.count > 1) {
    json.field("count", std::uint64_t{entry.count}).field("last_ms", in_milliseconds(entry.last));
  }
  json.end_object();
}

}  // namespace

void DecisionRecord::note(TimePoint now, WhyCode code, SourceId source, std::string text,
                          std::optional<Errc> error) {
  if (text.size() > kTextBytesMax) text.resize(kTextBytesMax);
  seen_.set(static_cast<std::size_t>(code));
  auto* const newest = !last_.empty() ? &last_.back() : !first_.empty() ? &first_.back() : nullptr;
  if (newest != nullptr && newest->code == code && newest->source == source &&
      newest->error == error) {
    newest->text = std::move(text);
    newest->last = now - start_;
    ++newest->count;
    return;
  }
  Entry entry{now - start_, now - start_, code, source, std::move(text), error};
  if (first_.size() < entries_max_ / 2) {
    first_.push_back(std::move(entry));
    return;
  }
  last_.push_back(std::move(entry));
  if (last_.size() > entries_max_ - entries_max_ / 2) {
    last_.pop_front();
    ++dropped_;
  }
}

std::vector<DecisionRecord::Entry> DecisionRecord::entries() const {
  auto all = first_;
  all.insert(all.end(), last_.begin(), last_.end());
  return all;
}

void DecisionRecord::write(JsonWriter& json) const {
  json.key("events").begin_array();
  for (auto const& entry : first_) write_entry(json, entry);
  for (auto const& entry : last_) write_entry(json, entry);
  json.end_array().field("events_dropped", dropped_);
}

}  // namespace freshet
