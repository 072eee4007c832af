#include "api/doagent/calls.h"

#include <sys/random.h>

#include <cerrno>

#include "api/doagent/destination.h"

namespace freshet::doagent {

namespace {

constexpr std::string_view kNothing = "{}";

WallTime wall_now() {
  return std::chrono::time_point_cast<WallTime::duration>(std::chrono::system_clock::now());
}

std::optional<JobId> random_id() {
  JobId id;
  auto const size = static_cast<ssize_t>(id.bytes.size());
  if (::getrandom(id.bytes.data(), id.bytes.size(), 0) != size) return std::nullopt;
  id.bytes[6] = (id.bytes[6] & std::byte{0x0f}) | std::byte{0x40};
  id.bytes[8] = (id.bytes[8] & std::byte{0x3f}) | std::byte{0x80};
  return id;
}

std::optional<JobId> id_of(MethodCall const& call) {
  auto const& text = call.get(Parameter::id);
  return text ? job_id_from_string(*text) : std::nullopt;
}

void begin(Entry& entry, WallTime now) {
  entry.record.state = State::transferring;
  entry.record.error = entry.record.extended = 0;
  entry.record.touched = now;
  // Looks go on where they were: only progress or another URL starts them anew.
  auto const looks = entry.attempts.looks;
  auto const course = entry.attempts.course;
  entry.attempts = {};
  entry.attempts.looks = looks;
  entry.attempts.course = course;
}

}  // namespace

Download Calls::copy_of(Entry const& entry) const {
  std::lock_guard const lock(table_.mutex);
  return entry.record;
}

std::string Calls::answer(MethodCall const& call, std::uint32_t caller) {
  auto const answer = run(call, caller);
  return answer ? success(*answer) : failure(answer.error());
}

Calls::Answer Calls::run(MethodCall const& call, std::uint32_t caller) {
  if (call.method == Method::enumerate) return tl::unexpected(kNotImplemented);
  if (call.method == Method::create) return create(call, caller);
  auto const id = id_of(call);
  auto const entry = id ? table_.find(*id, caller) : nullptr;
  if (!entry) return tl::unexpected(kNotFound);
  if (call.method == Method::get_status) return status(*entry);
  if (call.method == Method::get_property) return property(*entry, call);
  std::lock_guard const in_turn(entry->calls);
  {
    std::lock_guard const lock(table_.mutex);
    if (entry->gone) return tl::unexpected(kNotFound);
  }
  return act(call, entry);
}

Calls::Answer Calls::act(MethodCall const& call, std::shared_ptr<Entry> const& entry) {
  switch (call.method) {
    case Method::start:
      return start(entry);
    case Method::pause:
      return pause(entry);
    case Method::finalize:
      return end(entry, true);
    case Method::abort:
      return end(entry, false);
    case Method::set_property:
      return set(entry, call);
    default:
      return tl::unexpected(kNotSupported);
  }
}

Calls::Answer Calls::create(MethodCall const& call, std::uint32_t caller) {
  auto const uri = call.get(Parameter::uri).value_or("");
  if (!uri.empty() && !is_valid_uri(uri)) return tl::unexpected(kInvalidUrl);
  if (rules_.may_create && !rules_.may_create(caller)) {
    return tl::unexpected(small_code(EACCES));
  }
  auto const id = random_id();
  if (!id) return tl::unexpected(kFault);
  Download download;
  download.id = *id;
  download.owner = caller;
  download.uri = uri;
  download.path = call.get(Parameter::path).value_or("");
  download.created = download.touched = wall_now();
  auto const added = table_.add(std::move(download));
  if (!added) return tl::unexpected(added.error());
  return created_json(to_string(*id));
}

Calls::Answer Calls::start(std::shared_ptr<Entry> const& entry) {
  auto const download = copy_of(*entry);
  if (auto const refused = check_start(download); refused != 0) return tl::unexpected(refused);
  if (download.state == State::created) {
    if (auto started = start_first(*entry, download); !started) return started;
  } else if (download.state == State::paused) {
    auto const there = open_destination(download.path, download.file.value_or(FileKey{}));
    if (!there) return tl::unexpected(there.error());
    {
      std::lock_guard const lock(table_.mutex);
      begin(*entry, wall_now());
    }
    static_cast<void>(table_.save(*entry));
  } else {
    return std::string(kNothing);
  }
  changed_(entry);
  return std::string(kNothing);
}

Calls::Answer Calls::start_first(Entry& entry, Download const& download) {
  auto const key = make_destination(download.path, rules_.folders);
  if (!key) return tl::unexpected(key.error());
  {
    std::lock_guard const lock(table_.mutex);
    entry.record.file = *key;
    begin(entry, wall_now());
  }
  auto const saved = table_.save(entry);
  if (saved) return std::string(kNothing);
  remove_destination(download.path, *key);
  std::lock_guard const lock(table_.mutex);
  entry.record.file.reset();
  entry.record.state = State::created;
  return tl::unexpected(code_of(saved.error()));
}

Calls::Answer Calls::pause(std::shared_ptr<Entry> const& entry) {
  {
    std::lock_guard const lock(table_.mutex);
    if (!doagent::pause(entry->record)) return std::string(kNothing);
    entry->record.touched = wall_now();
  }
  static_cast<void>(table_.save(*entry));
  changed_(entry);
  return std::string(kNothing);
}

Calls::Answer Calls::end(std::shared_ptr<Entry> const& entry, bool finished) {
  auto const download = copy_of(*entry);
  auto const refused = finished ? check_finalize(download) : 0;
  if (refused != 0) return tl::unexpected(refused);
  // The file first: one whose record is gone would be nobody's.
  if (!finished && download.file) remove_destination(download.path, *download.file);
  table_.forget(*entry, finished);
  changed_(entry);
  return std::string(kNothing);
}

void Calls::drop(std::shared_ptr<Entry> const& entry) {
  std::lock_guard const in_turn(entry->calls);
  table_.forget(*entry, false);
  changed_(entry);
}

Calls::Answer Calls::status(Entry const& entry) const {
  auto const download = copy_of(entry);
  return status_json({name(download.state), download.total, download.transferred, download.error,
                      download.extended});
}

Calls::Answer Calls::property(Entry const& entry, MethodCall const& call) const {
  auto const key = call.get(Parameter::property_key).value_or("");
  auto const value = get_property(copy_of(entry), key);
  if (!value) return tl::unexpected(value.error());
  return property_json(key, *value);
}

Calls::Answer Calls::set(std::shared_ptr<Entry> const& entry, MethodCall const& call) {
  Download before;
  {
    std::lock_guard const lock(table_.mutex);
    before = entry->record;
    auto const changed = set_properties(entry->record, call);
    if (!changed) return tl::unexpected(changed.error());
    if (changed->uri) entry->attempts = {};
    entry->record.touched = wall_now();
  }
  if (auto const saved = table_.save(*entry); !saved) {
    std::lock_guard const lock(table_.mutex);
    entry->record.uri = before.uri;
    entry->record.path = before.path;
    entry->record.no_progress_s = before.no_progress_s;
    return tl::unexpected(code_of(saved.error()));
  }
  return std::string(kNothing);
}

}  // namespace freshet::doagent
