#include "api/doagent/table.h"

namespace freshet::doagent {

Result<std::vector<Error>> Table::load() {
  auto loaded = folder_.load();
  if (!loaded) return tl::unexpected(loaded.error());
  std::lock_guard const lock(mutex);
  for (auto& download : loaded->downloads) {
    auto const id = download.id;
    ++per_user_[download.owner];
    auto const entry = std::make_shared<Entry>(std::move(download));
    if (entry->record.job) by_job_[*entry->record.job] = entry;
    entries_[id] = entry;
  }
  return std::move(loaded->damaged);
}

Coded<std::shared_ptr<Entry>> Table::add(Download download) {
  auto const entry = std::make_shared<Entry>(std::move(download));
  {
    std::lock_guard const lock(mutex);
    auto& count = per_user_[entry->record.owner];
    if (entries_.size() >= limits_.downloads_max || count >= limits_.downloads_per_user_max) {
      return tl::unexpected(kOutOfMemory);
    }
    ++count;
    entries_[entry->record.id] = entry;
  }
  if (auto const saved = save(*entry); !saved) {
    forget(*entry, false);
    return tl::unexpected(code_of(saved.error()));
  }
  return entry;
}

std::shared_ptr<Entry> Table::find(JobId id) const {
  std::lock_guard const lock(mutex);
  auto const found = entries_.find(id);
  return found == entries_.end() ? nullptr : found->second;
}

std::shared_ptr<Entry> Table::find(JobId id, std::uint32_t caller) const {
  auto entry = find(id);
  bool const allowed = entry && (caller == 0 || entry->record.owner == caller);
  return allowed ? entry : nullptr;
}

std::shared_ptr<Entry> Table::find_job(JobId job) const {
  std::lock_guard const lock(mutex);
  auto const found = by_job_.find(job);
  return found == by_job_.end() ? nullptr : found->second.lock();
}

std::vector<std::shared_ptr<Entry>> Table::all() const {
  std::lock_guard const lock(mutex);
  std::vector<std::shared_ptr<Entry>> all;
  for (auto const& [id, entry] : entries_) all.push_back(entry);
  return all;
}

std::vector<std::shared_ptr<Entry>> Table::outdated(WallTime now) const {
  std::lock_guard const lock(mutex);
  std::vector<std::shared_ptr<Entry>> outdated;
  for (auto const& [id, entry] : entries_) {
    auto const& record = entry->record;
    auto const age = now - record.touched;
    bool const idle = record.state != State::transferring && age > limits_.untouched_max;
    bool const never = record.state == State::created && age > limits_.never_started_max;
    if (idle || never) outdated.push_back(entry);
  }
  return outdated;
}

Result<void> Table::save(Entry& entry) {
  std::lock_guard const in_turn(entry.saving);
  Download record;
  {
    std::lock_guard const lock(mutex);
    if (entry.gone) return {};
    record = entry.record;
  }
  return folder_.save(record);
}

void Table::forget(Entry& entry, bool finished) {
  {
    std::lock_guard const lock(mutex);
    if (std::exchange(entry.gone, true)) return;
    entry.finished = finished;
    entries_.erase(entry.record.id);
    auto const count = per_user_.find(entry.record.owner);
    if (count != per_user_.end() && --count->second == 0) per_user_.erase(count);
  }
  std::lock_guard const in_turn(entry.saving);
  folder_.remove(entry.record.id);
}

void Table::set_job(Entry& entry, std::optional<JobId> job) {
  std::lock_guard const lock(mutex);
  if (entry.record.job) by_job_.erase(*entry.record.job);
  entry.record.job = job;
  if (job) by_job_[*job] = entry.weak_from_this();
}

}  // namespace freshet::doagent
