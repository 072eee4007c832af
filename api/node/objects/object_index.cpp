#include "api/node/objects/object_index.h"

#include <algorithm>
#include <utility>

#include "store/codec.h"

namespace freshet::node {

namespace {

constexpr std::string_view kUrl = "url/";
constexpr std::string_view kBody = "body/";
constexpr std::string_view kUsed = "used/";
constexpr std::string_view kContent = "content/";
constexpr std::string_view kSpool = "spool/";
constexpr std::string_view kManifest = "manifest/";
constexpr std::string_view kSums = "sums";
constexpr std::chrono::minutes kStep{10};
// What an entry costs beside its bytes.
constexpr Bytes kEntryBytes = 1_KiB;
constexpr std::size_t kTrimmedAtOnce = 1024;

std::string url_key(std::string const& url) {
  return std::string(kUrl) + url;
}
std::string body_key(ObjectId id) {
  std::string key(kBody);
  store::append_key(key, static_cast<std::uint64_t>(id));
  return key;
}
std::string used_key(ObjectRecord const& record) {
  std::string key(kUsed);
  store::append_key(key, record.used);
  store::append_key(key, static_cast<std::uint64_t>(record.id));
  return key;
}
std::string spool_key(SpoolId spool) {
  std::string key(kSpool);
  store::append_key(key, static_cast<std::uint64_t>(spool));
  return key;
}
std::string key_of(std::string_view table, ContentId const& content) {
  std::string key(table);
  void const* const root = content.root.bytes.data();
  key.append(static_cast<char const*>(root), content.root.bytes.size());
  store::append_key(key, content.length);
  return key;
}
std::string content_key(ObjectRecord const& record) {
  auto key = key_of(kContent, *record.content);
  store::append_key(key, static_cast<std::uint64_t>(record.id));
  return key;
}

Bytes bytes_of(ObjectRecord const& record) {
  return kEntryBytes + record.length.value_or(0);
}

ObjectRecord const* find_in(ObjectIndex::Records const& records, ObjectId id) {
  auto const found = std::ranges::find(records, id, &ObjectRecord::id);
  return found == records.end() ? nullptr : &*found;
}

}  // namespace

ObjectIndex::ObjectIndex(ObjectTable& table, Clock& clock, IndexLimits limits, ObjectSums sums)
    : table_(&table), clock_(&clock), limits_(limits), sums_(sums) {}

Result<ObjectIndex> ObjectIndex::open(ObjectTable& table, Clock& clock, IndexLimits limits) {
  auto const stored = table.get(kSums);
  if (!stored) return tl::unexpected(stored.error());
  if (!*stored) return ObjectIndex(table, clock, limits, {});
  auto const sums = decode_sums(**stored);
  if (!sums) return tl::unexpected(sums.error());
  return ObjectIndex(table, clock, limits, *sums);
}

std::uint64_t ObjectIndex::step() const {
  auto const since = clock_->wall().time_since_epoch();
  return static_cast<std::uint64_t>(since / kStep);
}

Result<ObjectIndex::Records> ObjectIndex::find(std::string const& url) const {
  auto const stored = table_->get(url_key(url));
  if (!stored) return tl::unexpected(stored.error());
  if (!*stored) return Records{};
  return decode_objects(**stored);
}

Result<std::string> ObjectIndex::body(ObjectId id) const {
  auto stored = table_->get(body_key(id));
  if (!stored) return tl::unexpected(stored.error());
  if (!*stored) return fail(Errc::not_found, "object", "its bytes are gone");
  return std::move(**stored);
}

void ObjectIndex::add_removal(ObjectBatch& batch, std::string const& url,
                              ObjectRecord const& record) {
  static_cast<void>(url);
  batch.changes.push_back({used_key(record), std::nullopt});
  if (record.content) batch.changes.push_back({content_key(record), std::nullopt});
  if (record.spool != SpoolId::none) {
    batch.changes.push_back({spool_key(record.spool), std::nullopt});
  } else {
    batch.changes.push_back({body_key(record.id), std::nullopt});
  }
  sums_.bytes -= std::min(sums_.bytes, bytes_of(record));
  --sums_.objects;
}

void ObjectIndex::add_arrival(ObjectBatch& batch, std::string const& url,
                              ObjectRecord const& record) {
  batch.changes.push_back({used_key(record), url});
  if (record.content) batch.changes.push_back({content_key(record), url});
  if (record.spool != SpoolId::none) batch.changes.push_back({spool_key(record.spool), url});
  sums_.bytes += bytes_of(record);
  ++sums_.objects;
}

// Unless another object has the same content.
void ObjectIndex::drop_manifest(ObjectBatch& batch, ObjectRecord const& gone) const {
  if (!gone.content) return;
  auto const urls = urls_of(*gone.content);
  if (urls && urls->size() > 1) return;
  batch.changes.push_back({key_of(kManifest, *gone.content), std::nullopt});
}

Result<void> ObjectIndex::keep_manifest(ContentId const& content, std::string torrent) {
  ObjectBatch batch;
  batch.changes.push_back({key_of(kManifest, content), std::move(torrent)});
  return table_->write(std::move(batch));
}

Result<std::optional<std::string>> ObjectIndex::manifest_of(ContentId const& content) const {
  return table_->get(key_of(kManifest, content));
}

Result<void> ObjectIndex::replace(std::string const& url, Records now,
                                  std::optional<NewBody> body) {
  auto const before = find(url);
  if (!before) return tl::unexpected(before.error());
  auto const sums = sums_;
  ObjectBatch batch;
  for (auto const& old : *before) {
    auto const* const kept = find_in(now, old.id);
    if (kept != nullptr && *kept == old) continue;
    add_removal(batch, url, old);
    // The bytes of an object that only changes stay.
    if (kept != nullptr && old.spool == SpoolId::none) batch.changes.pop_back();
    bool const lets_go =
        old.spool != SpoolId::none && (kept == nullptr || kept->spool != old.spool);
    if (lets_go) batch.let_go.push_back(old.spool);
    if (kept == nullptr) drop_manifest(batch, old);
  }
  for (auto& record : now) {
    auto const* const old = find_in(*before, record.id);
    if (old != nullptr && *old == record) continue;
    if (record.used == 0) record.used = step();
    add_arrival(batch, url, record);
    if (record.spool != SpoolId::none && (old == nullptr || old->spool != record.spool)) {
      batch.held.push_back(record.spool);
    }
  }
  if (body) batch.changes.push_back({body_key(body->id), std::move(body->bytes)});
  auto entry = now.empty() ? std::nullopt : std::optional(encode(now));
  batch.changes.push_back({url_key(url), std::move(entry)});
  batch.changes.push_back({std::string(kSums), encode(sums_)});
  auto written = table_->write(std::move(batch));
  if (!written) sums_ = sums;
  return written;
}

void ObjectIndex::touch(std::string const& url, ObjectId id) {
  auto found = find(url);
  if (!found) return;
  auto const record = std::ranges::find(*found, id, &ObjectRecord::id);
  if (record == found->end() || record->used == step()) return;
  record->used = step();
  static_cast<void>(replace(url, std::move(*found)));
}

bool ObjectIndex::over_limits() const {
  return sums_.bytes > limits_.bytes_max || sums_.objects > limits_.objects_max;
}

void ObjectIndex::trim(std::function<bool(std::string const&)> const& keep, Gone const& gone) {
  std::uint64_t const steps = static_cast<std::uint64_t>(limits_.age_max / kStep);
  std::uint64_t const oldest = steps == 0 || steps > step() ? 0 : step() - steps;
  std::vector<std::pair<std::string, ObjectId>> found;
  static_cast<void>(table_->walk(kUsed, [&](std::string_view key, std::string_view url) {
    if (!key.starts_with(kUsed) || found.size() == kTrimmedAtOnce) return false;
    auto const used = store::key_number(key, kUsed.size());
    auto const id = store::key_number(key, kUsed.size() + 8);
    if (!used || !id) return true;
    if (!over_limits() && *used >= oldest) return false;
    if (!keep(std::string(url))) found.emplace_back(url, ObjectId{*id});
    return true;
  }));
  for (auto const& [url, id] : found) {
    auto records = find(url);
    if (!records) continue;
    auto const record = std::ranges::find(*records, id, &ObjectRecord::id);
    if (record == records->end()) continue;
    if (!over_limits() && record->used >= oldest) return;
    records->erase(record);
    if (replace(url, std::move(*records))) gone(url);
  }
}

Result<std::size_t> ObjectIndex::purge_prefix(std::string const& prefix, Gone const& gone) {
  std::vector<std::string> urls;
  auto const from = url_key(prefix);
  auto const walked = table_->walk(from, [&](std::string_view key, std::string_view) {
    if (!key.starts_with(from)) return false;
    urls.emplace_back(key.substr(kUrl.size()));
    return true;
  });
  if (!walked) return tl::unexpected(walked.error());
  for (auto const& url : urls) {
    if (auto const removed = replace(url, {}); !removed) return tl::unexpected(removed.error());
    gone(url);
  }
  return urls.size();
}

Result<std::optional<std::string>> ObjectIndex::url_of(SpoolId spool) const {
  return table_->get(spool_key(spool));
}

Result<std::vector<std::string>> ObjectIndex::urls_of(ContentId const& content) const {
  std::vector<std::string> urls;
  auto const from = key_of(kContent, content);
  auto const walked = table_->walk(from, [&](std::string_view key, std::string_view url) {
    if (!key.starts_with(from)) return false;
    urls.emplace_back(url);
    return true;
  });
  if (!walked) return tl::unexpected(walked.error());
  return urls;
}

}  // namespace freshet::node
