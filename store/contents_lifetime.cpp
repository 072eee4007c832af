// The part of Contents that is about staying and going: release and the cache.
#include <algorithm>
#include <utility>

#include "store/contents.h"
#include "store/piece_table.h"

namespace freshet::store {

SpoolId Contents::index(SpoolRecord const& record) {
  if (!record.sealed) return SpoolId::none;
  if (record.sha256) sealed_by_sha256_[*record.sha256] = record.id;
  if (!record.content) return SpoolId::none;
  return std::exchange(sealed_by_content_[*record.content], record.id);
}

bool Contents::has_newer_double(SpoolRecord const& record) const {
  auto const found = sealed_by_content_.find(*record.content);
  return found != sealed_by_content_.end() && found->second != record.id;
}

void Contents::unindex(SpoolRecord const& record) {
  if (record.content) {
    auto const found = sealed_by_content_.find(*record.content);
    if (found != sealed_by_content_.end() && found->second == record.id) {
      sealed_by_content_.erase(found);
    }
  }
  if (record.sha256) {
    auto const found = sealed_by_sha256_.find(*record.sha256);
    if (found != sealed_by_sha256_.end() && found->second == record.id) {
      sealed_by_sha256_.erase(found);
    }
  }
}

void Contents::release(SpoolId spool) {
  auto* const entry = find(spool);
  if (entry == nullptr) return;
  entry->released = true;
  maybe_drop(spool);
}

bool Contents::is_needed(Entry const& entry) const {
  return !entry.released || !entry.opening.empty() || entry.checks > 0 ||
         ports_.refs.count(entry.record.id) > 0;
}

void Contents::maybe_drop(SpoolId id) {
  auto* const entry = find(id);
  if (entry == nullptr || is_needed(*entry)) return;
  auto const& record = entry->record;
  if (!record.sealed || (has_newer_double(record) && !is_shared(record))) return drop(id);
  if (entry->spool) close_spool(*entry, {Errc::cancelled, {}, "the content was released"});
  trim_soon();
}

Result<Bytes> Contents::purge(SpoolId id) {
  auto const* const entry = find(id);
  if (entry == nullptr) return fail(Errc::not_found, file_name_of(id), "no such content");
  if (!entry->record.sealed || is_needed(*entry)) {
    return fail(Errc::invalid_state, file_name_of(id), "is in use");
  }
  bool const placed = !entry->record.path.empty();
  auto const bytes = placed ? Bytes{0} : *entry->record.length;
  drop(id);
  return bytes;
}

void Contents::close_spool(Entry& entry, Error why) {
  auto const id = entry.record.id;
  gate_->remove(id);
  entry.spool->close(std::move(why));
  epochs_.forget(id);
  auto const pass = std::exchange(entry.pass, nullptr);
  if (pass) pass->cancel();
  entry.spool = nullptr;
}

void Contents::drop(SpoolId id) {
  auto const found = entries_.find(id);
  if (found == entries_.end()) return;
  auto entry = std::move(found->second);
  entries_.erase(found);
  ports_.marks.unmark(id);
  ports_.arrivals.forget(id);
  unindex(entry.record);
  if (entry.spool) close_spool(entry, {Errc::cancelled, {}, "the content was released"});
  for (auto const& done : entry.opening)
    done(fail(Errc::not_found, {}, "the content was released"));
  // A placed file belongs to the application.
  auto const path = entry.record.path.empty() ? loader_.path_of(entry.record) : std::string{};
  ports_.work.run_sync([this, id, path] {
    Batch batch;
    erase_content(batch, id);
    // Neither has to be durable: what a crash brings back is removed at the next start.
    static_cast<void>(ports_.database.write(batch, Sync::no));
    if (!path.empty()) static_cast<void>(ports_.disk.remove(path));
  });
}

// Once for all that are released together: it looks at every content.
void Contents::trim_soon() {
  if (std::exchange(trimming_, true)) return;
  ports_.work.post([this] {
    trimming_ = false;
    trim_cache();
  });
}

void Contents::trim_cache() {
  std::vector<SpoolRecord const*> kept;
  std::vector<SpoolRecord const*> placed;
  Bytes bytes = 0;
  for (auto const& [id, entry] : entries_) {
    if (is_needed(entry) || !entry.record.sealed || is_shared(entry.record)) continue;
    (entry.record.path.empty() ? kept : placed).push_back(&entry.record);
    if (entry.record.path.empty()) bytes += *entry.record.length;
  }
  auto const older = [](SpoolRecord const* a, SpoolRecord const* b) {
    return std::pair(a->last_used, a->id) < std::pair(b->last_used, b->id);
  };
  std::ranges::sort(kept, older);
  std::ranges::sort(placed, older);
  std::vector<SpoolId> gone;
  auto const oldest =
      ports_.clock.wall() - std::chrono::duration_cast<std::chrono::milliseconds>(cache_.age_max);
  for (auto const* record : kept) {
    bool const aged = cache_.age_max > Duration::zero() && record->last_used < oldest;
    if (bytes <= cache_.bytes_max && !aged) break;
    bytes -= *record->length;
    ++evicted_.contents;
    evicted_.bytes += *record->length;
    gone.push_back(record->id);
  }
  for (std::size_t i = 0; i + options_.placed_contents_max < placed.size(); ++i) {
    gone.push_back(placed[i]->id);
  }
  for (auto const id : gone) drop(id);
}

void Contents::set_cache_rules(CacheRules rules) {
  cache_ = rules;
  trim_soon();
}

std::optional<WallTime> Contents::expires(SpoolId spool) const {
  auto const found = entries_.find(spool);
  if (found == entries_.end() || cache_.age_max == Duration::zero()) return std::nullopt;
  auto const& record = found->second.record;
  bool const cached = record.sealed && record.path.empty();
  if (!cached || is_needed(found->second) || is_shared(record)) return std::nullopt;
  return record.last_used + std::chrono::duration_cast<std::chrono::milliseconds>(cache_.age_max);
}

void Contents::start() {
  std::vector<SpoolId> ids;
  for (auto const& [id, entry] : entries_) ids.push_back(id);
  for (auto const id : ids) {
    auto const* entry = find(id);
    if (entry != nullptr && (!entry->record.sealed || has_newer_double(entry->record))) {
      maybe_drop(id);
    }
  }
  trim_cache();
  // Timers belong to the loop; this thread may be another.
  ports_.work.post([this] { scrubber_.start(); });
}

}  // namespace freshet::store
