#include "store/placer.h"

#include <set>
#include <utility>

#include "store/fill.h"

namespace freshet::store {

namespace {

std::string directory_of(std::string const& path) {
  auto const slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string temporary_for(Placement const& placement, SpoolId id, std::size_t index) {
  return directory_of(placement.path) + "/.freshet-" + file_name_of(id) + "-" +
         std::to_string(index);
}

// Somebody else wrote where only we should.
bool is_changed(Errc code) {
  return code == Errc::file_changed || code == Errc::piece_mismatch;
}

}  // namespace

Result<void> check_path(std::string const& path) {
  if (path.empty() || path.front() != '/' || path.back() == '/') {
    return fail(Errc::path_invalid, path, "not the absolute path of a file");
  }
  if (path.find('\0') != std::string::npos) {
    return fail(Errc::path_invalid, directory_of(path), "a zero byte in it");
  }
  for (std::size_t begin = 1; begin <= path.size();) {
    auto const end = std::min(path.find('/', begin), path.size());
    auto const part = std::string_view(path).substr(begin, end - begin);
    if (part == "." || part == "..") return fail(Errc::path_invalid, path, "\".\" or \"..\" in it");
    begin = end + 1;
  }
  return {};
}

void Placer::place(PlaceOrder order) {
  waiting_.push_back(std::move(order));
  if (running_) return;
  running_ = true;
  // After what is posted already, so that placements that come together share their syncs.
  work_.post([this] { begin(); });
}

void Placer::begin() {
  auto const run = std::make_shared<Run>();  // Shared only because tasks have to be copyable.
  for (auto& order : std::exchange(waiting_, {})) {
    auto record = events_.record_to_place(order.id);
    if (!record) {
      order.done(fail(Errc::not_found, order.placement.path, "the content is gone"));
      continue;
    }
    auto const may_move = order.placement.ranges.empty() && record->sealed &&
                          record->path.empty() && events_.may_move(order.id);
    run->tasks.push_back(
        {.order = std::move(order), .record = std::move(*record), .may_move = may_move});
  }
  work_.run_sync([this, run] {
    this->run(*run);
    work_.post([this, run] { end(*run); });
  });
}

void Placer::run(Run& run) {
  note_intents(run);
  for (auto& task : run.tasks) {
    if (task.result) task.result = put(run, task);
  }
  sync_directories(run);
  note_results(run);
}

void Placer::note_intents(Run& run) {
  Batch batch;
  for (std::size_t i = 0; i < run.tasks.size(); ++i) {
    auto& task = run.tasks[i];
    task.result = check_path(task.order.placement.path);
    if (!task.result) continue;
    auto& record = run.records.try_emplace(task.order.id, task.record).first->second;
    task.temporary = temporary_for(task.order.placement, task.order.id, i);
    record.placing.push_back({.path = task.may_move ? task.order.placement.path : std::string{},
                              .temporary = task.temporary});
  }
  for (auto const& [id, record] : run.records) {
    batch.put(Table::contents, spool_key(id), encode(record));
  }
  if (batch.empty()) return;
  auto const written = database_.write(batch, Sync::yes);
  for (auto& task : run.tasks) {
    if (!written && task.result) task.result = written;
  }
}

Result<void> Placer::put(Run& run, Task& task) {
  auto& record = run.records.at(task.order.id);
  auto const from = loader_.path_of(record);
  if (record.sealed) {
    if (auto const right = check_source(task, record); !right) return right;
    // An earlier process put it there and died before its job knew. A copy over it would be another
    // file than the one that is noted.
    if (record.path == task.order.placement.path && task.order.placement.ranges.empty()) return {};
  }
  if (task.may_move && record.path.empty()) {
    auto const moved = move(task, from);
    if (!moved) return tl::unexpected(moved.error());
    task.moved = *moved;
    if (task.moved) return note_moved(task, record);
  }
  return copy(task, from);
}

Result<void> Placer::check_source(Task& task, SpoolRecord& record) {
  auto const stamp = loader_.check_stored(record);
  if (!stamp) return tl::unexpected(stamp.error());
  task.touched = *stamp != record.stamp;
  record.stamp = *stamp;
  return {};
}

// With the new time of the file: the next in line looks whether anybody changed it.
Result<void> Placer::note_moved(Task const& task, SpoolRecord& record) {
  record.path = task.order.placement.path;
  if (auto const stamp = disk_.stamp(record.path)) record.stamp = *stamp;
  return {};
}

Result<bool> Placer::move(Task& task, std::string const& from) {
  auto const& placement = task.order.placement;
  if (placement.modified) {
    auto const file = disk_.open(from, Disk::Mode::write);
    if (!file) return tl::unexpected(file.error());
    if (auto const set = (*file)->set_modified(*placement.modified); !set) {
      return tl::unexpected(set.error());
    }
  }
  return disk_.rename(from, placement.path, placement.replace);
}

Result<void> Placer::copy(Task& task, std::string const& from) {
  auto const& placement = task.order.placement;
  if (auto const gone = disk_.remove(task.temporary); !gone) return gone;
  bool const may_link =
      allow_hard_links_ && placement.ranges.empty() && task.record.sealed && !placement.modified;
  auto const linked = may_link ? disk_.link(from, task.temporary) : Result<bool>(false);
  if (!linked || !*linked) {
    auto const source = disk_.open(from, Disk::Mode::read);
    if (!source) return tl::unexpected(source.error());
    auto const target = disk_.open(task.temporary, Disk::Mode::create);
    if (!target) return tl::unexpected(target.error());
    auto filled = fill(**target, **source, placement);
    if (!filled) {
      static_cast<void>(disk_.remove(task.temporary));
      return filled;
    }
  }
  auto const renamed = disk_.rename(task.temporary, placement.path, placement.replace);
  if (renamed) return {};
  static_cast<void>(disk_.remove(task.temporary));
  return tl::unexpected(renamed.error());
}

void Placer::sync_directories(Run& run) {
  std::map<std::string, Result<void>> synced;
  for (auto& task : run.tasks) {
    if (!task.result) continue;
    auto const directory = directory_of(task.order.placement.path);
    auto const [found, is_new] = synced.try_emplace(directory);
    if (is_new) found->second = disk_.sync_directory(directory);
    if (!found->second) task.result = found->second;
  }
}

void Placer::note_results(Run& run) {
  Batch batch;
  for (auto& task : run.tasks) {
    auto const found = run.records.find(task.order.id);
    if (found == run.records.end()) continue;
    auto& record = found->second;
    record.placing.clear();
    if (!task.moved) continue;
    if (task.order.spool) task.order.spool->moved(record.path);
  }
  for (auto const& [id, record] : run.records) {
    batch.put(Table::contents, spool_key(id), encode(record));
  }
  // Not synced: the intents tell the next start the same. A failure is healed there too.
  static_cast<void>(database_.write(batch, Sync::no));
}

void Placer::end(Run& run) {
  for (auto& task : run.tasks) {
    auto const id = task.order.id;
    if (task.moved) {
      auto const& record = run.records.at(id);
      events_.on_moved(id, record.path, record.stamp, task.order.placement.keep_sharing);
    }
    if (task.touched && !task.moved) events_.on_touched(id, run.records.at(id).stamp);
    if (!task.result && is_changed(task.result.error().code)) {
      events_.on_changed_outside(
          id, task.result.error(),
          [done = std::move(task.order.done), result = task.result] { done(result); });
      continue;
    }
    task.order.done(std::move(task.result));
  }
  running_ = !waiting_.empty();
  if (running_) begin();
}

}  // namespace freshet::store
