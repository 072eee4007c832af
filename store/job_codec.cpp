#include "store/job_codec.h"

#include <algorithm>
#include <cstring>

#include "store/codec.h"

namespace freshet::store {

namespace {

constexpr std::uint8_t kJobVersion = 4;
constexpr std::uint8_t kFileVersion = 6;

void put_job_id(Encoder& out, JobId const& id) {
  for (auto const byte : id.bytes) out.byte(std::to_integer<std::uint8_t>(byte));
}

JobId get_job_id(Decoder& in) {
  JobId id;
  for (auto& byte : id.bytes) byte = std::byte{in.byte()};
  return id;
}

void put_time(Encoder& out, WallTime time) {
  out.signed_number(time.time_since_epoch().count());
}
WallTime get_time(Decoder& in) {
  return WallTime{std::chrono::milliseconds{in.signed_number()}};
}

template <typename Items, typename Put>
void put_all(Encoder& out, Items const& items, Put const& put) {
  out.number(items.size());
  for (auto const& item : items) put(item);
}

template <typename Get>
auto get_all(Decoder& in, Get const& get) {
  std::vector<decltype(get())> items;
  for (auto left = in.count(); left > 0 && !in.failed(); --left) items.push_back(get());
  return items;
}

// A value that this version does not know was written by a newer one or is damaged.
template <typename Enum>
Enum get_enum(Decoder& in, Enum last) {
  auto const value = in.byte();
  if (value > static_cast<std::uint8_t>(last)) in.fail();
  return static_cast<Enum>(value);
}

void put_content(Encoder& out, ContentId const& content) {
  out.number(content.length);
  out.digest(content.root);
}

ContentId get_content(Decoder& in) {
  ContentId content;
  content.length = in.number();
  content.root = in.digest();
  return content;
}

void put_spec(Encoder& out, JobSpec const& spec) {
  out.text(spec.name);
  out.text(spec.description);
  out.byte(static_cast<std::uint8_t>(spec.priority));
  put_all(out, spec.headers, [&](Header const& header) {
    out.text(header.name);
    out.text(header.value);
  });
  out.text(spec.proxy);
  out.text(spec.ca_file);
  out.flag(spec.allow_downgrade);
  out.number(spec.connections);
  out.number(spec.limit.value);
  out.signed_number(spec.no_progress_timeout.count());
  out.signed_number(spec.retry_delay_min.count());
}

JobSpec get_job_spec(Decoder& in) {
  JobSpec spec;
  spec.name = in.text();
  spec.description = in.text();
  spec.priority = get_enum(in, Priority::low);
  spec.headers = get_all(in, [&] {
    Header header;
    header.name = in.text();
    header.value = in.text();
    return header;
  });
  spec.proxy = in.text();
  spec.ca_file = in.text();
  spec.allow_downgrade = in.flag();
  spec.connections = in.number32();
  spec.limit = BytesPerSecond{in.number()};
  spec.no_progress_timeout = Duration{in.signed_number()};
  spec.retry_delay_min = Duration{in.signed_number()};
  return spec;
}

// What version 2 added to a job.
void put_second(Encoder& out, JobRecord const& record) {
  auto const& spec = record.spec;
  put_all(out, spec.signed_by, [&](std::string const& key) { out.text(key); });
  for (auto const flag : {spec.notify.transferred, spec.notify.error, spec.notify.file_transferred,
                          spec.notify.modification}) {
    out.flag(flag);
  }
  put_all(out, spec.notify_command, [&](std::string const& word) { out.text(word); });
  out.number(spec.costs);
  out.signed_number(spec.transfer_time_max.count());
  out.maybe(spec.size_max, [&](Bytes size) { out.number(size); });
  out.flag(spec.validate_first);
  out.flag(record.resumed);
  out.flag(record.notified);
  out.signed_number(record.transfer_time.count());
}

void get_second(Decoder& in, JobRecord& record) {
  auto& spec = record.spec;
  spec.signed_by = get_all(in, [&] { return in.text(); });
  for (auto* const flag : {&spec.notify.transferred, &spec.notify.error,
                           &spec.notify.file_transferred, &spec.notify.modification}) {
    *flag = in.flag();
  }
  spec.notify_command = get_all(in, [&] { return in.text(); });
  spec.costs = in.number32();
  spec.transfer_time_max = Duration{in.signed_number()};
  spec.size_max = in.maybe([&] { return in.number(); });
  spec.validate_first = in.flag();
  record.resumed = in.flag();
  record.notified = in.flag();
  record.transfer_time = Duration{in.signed_number()};
}

void put_terms(Encoder& out, HttpTerms const& terms) {
  out.text(terms.client_certificate);
  out.number(terms.accepted_flaws);
  out.flag(terms.follow_redirects);
  out.text(terms.no_proxy);
  out.text(terms.digest_credentials);
}

HttpTerms get_terms(Decoder& in) {
  HttpTerms terms;
  terms.client_certificate = in.text();
  terms.accepted_flaws = in.number32();
  terms.follow_redirects = in.flag();
  terms.no_proxy = in.text();
  terms.digest_credentials = in.text();
  return terms;
}

void put_error(Encoder& out, JobError const& error) {
  out.number(static_cast<std::uint16_t>(error.error.code));
  out.text(error.error.where);
  out.text(error.error.why);
  out.maybe(error.file, [&](std::uint32_t file) { out.number(file); });
}

JobError get_error(Decoder& in) {
  JobError error;
  auto const code = in.number32();
  if (code > 0xFFFF) in.fail();
  error.error.code = static_cast<Errc>(code & 0xFFFF);
  error.error.where = in.text();
  error.error.why = in.text();
  error.file = in.maybe([&] { return in.number32(); });
  return error;
}

void put_spec(Encoder& out, FileSpec const& spec) {
  put_all(out, spec.urls, [&](std::string const& url) { out.text(url); });
  out.text(spec.path);
  put_all(out, spec.ranges, [&](ByteRange const& range) {
    out.number(range.begin);
    out.number(range.end);
  });
  out.maybe(spec.sha256, [&](Digest const& digest) { out.digest(digest); });
  out.maybe(spec.content, [&](ContentId const& content) { put_content(out, content); });
  out.text(spec.manifest);
  out.text(spec.manifest_bytes);
  out.maybe(spec.hash_of_hashes, [&](Digest const& digest) { out.digest(digest); });
}

// What an older build understands is written as it would.
std::uint8_t version_for(FileRecord const& record) {
  if (record.from_cache_hosts > 0) return 6;
  if (record.spec.manifest_optional) return 5;
  return record.spec.manifest_sha256 ? 4 : 3;
}

FileSpec get_file_spec(Decoder& in) {
  FileSpec spec;
  spec.urls = get_all(in, [&] { return in.text(); });
  spec.path = in.text();
  spec.ranges = get_all(in, [&] {
    ByteRange range;
    range.begin = in.number();
    range.end = in.number();
    return range;
  });
  spec.sha256 = in.maybe([&] { return in.digest(); });
  spec.content = in.maybe([&] { return get_content(in); });
  spec.manifest = in.text();
  spec.manifest_bytes = in.text();
  spec.hash_of_hashes = in.maybe([&] { return in.digest(); });
  return spec;
}

}  // namespace

std::string encode(JobRecord const& record) {
  Encoder out;
  // What an older build understands is written as it would: going back to one keeps such jobs.
  bool const terms = record.spec.http != HttpTerms{};
  out.byte(terms ? kJobVersion : kJobVersion - 1);
  put_job_id(out, record.id);
  put_spec(out, record.spec);
  out.byte(static_cast<std::uint8_t>(record.state));
  out.maybe(record.error, [&](JobError const& error) { put_error(out, error); });
  out.number(record.error_count);
  out.number(record.owner);
  out.number(record.file_count);
  out.number(record.order);
  put_time(out, record.created);
  put_time(out, record.modified);
  out.maybe(record.transferred, [&](WallTime time) { put_time(out, time); });
  out.text(record.why);
  put_second(out, record);
  out.text(record.spec.app_data);
  if (terms) put_terms(out, record.spec.http);
  return out.take();
}

Result<JobRecord> decode_job(std::string_view bytes) {
  Decoder in(bytes);
  auto const version = record_version(in, kJobVersion, "job record");
  if (!version) return tl::unexpected(version.error());
  JobRecord record;
  record.id = get_job_id(in);
  record.spec = get_job_spec(in);
  record.state = get_enum(in, JobState::cancelled);
  record.error = in.maybe([&] { return get_error(in); });
  record.error_count = in.number32();
  record.owner = in.number32();
  record.file_count = in.number32();
  record.order = in.number();
  record.created = get_time(in);
  record.modified = get_time(in);
  record.transferred = in.maybe([&] { return get_time(in); });
  record.why = in.text();
  // A job of the first version was resumed if it is anything but suspended.
  record.resumed = record.state != JobState::suspended;
  if (*version >= 2) get_second(in, record);
  if (*version >= 3) record.spec.app_data = in.text();
  if (*version >= 4) record.spec.http = get_terms(in);
  if (auto const good = in.finish("job record"); !good) return tl::unexpected(good.error());
  return record;
}

std::string encode(FileRecord const& record) {
  Encoder out;
  auto const version = version_for(record);
  out.byte(version);
  put_job_id(out, record.job);
  out.number(record.index);
  put_spec(out, record.spec);
  out.number(static_cast<std::uint64_t>(record.spool));
  out.maybe(record.length, [&](Bytes length) { out.number(length); });
  out.text(record.validator.etag);
  out.text(record.validator.last_modified);
  out.maybe(record.content, [&](ContentId const& content) { put_content(out, content); });
  out.maybe(record.trust, [&](Trust trust) { out.byte(static_cast<std::uint8_t>(trust)); });
  out.maybe(record.modified, [&](WallTime time) { put_time(out, time); });
  out.flag(record.transferred);
  out.flag(record.placed);
  out.number(record.from_origin);
  out.number(record.from_peers);
  out.number(record.wasted);
  out.text(record.spec.manifest_signature);
  out.text(record.signer);
  out.flag(record.validated);
  out.flag(record.told);
  out.flag(record.origin_only);
  out.text(record.spec.app_data);
  if (version == 4) out.digest(*record.spec.manifest_sha256);
  if (version < 5) return out.take();
  out.maybe(record.spec.manifest_sha256, [&](Digest const& digest) { out.digest(digest); });
  out.flag(record.spec.manifest_optional);
  if (version >= 6) out.number(record.from_cache_hosts);
  return out.take();
}

Result<FileRecord> decode_file(std::string_view bytes) {
  Decoder in(bytes);
  auto const version = record_version(in, kFileVersion, "file record");
  if (!version) return tl::unexpected(version.error());
  FileRecord record;
  record.job = get_job_id(in);
  record.index = in.number32();
  record.spec = get_file_spec(in);
  record.spool = SpoolId{in.number()};
  record.length = in.maybe([&] { return in.number(); });
  record.validator.etag = in.text();
  record.validator.last_modified = in.text();
  record.content = in.maybe([&] { return get_content(in); });
  record.trust = in.maybe([&] { return get_enum(in, Trust::computed); });
  record.modified = in.maybe([&] { return get_time(in); });
  record.transferred = in.flag();
  record.placed = in.flag();
  record.from_origin = in.number();
  record.from_peers = in.number();
  record.wasted = in.number();
  if (*version >= 2) {
    record.spec.manifest_signature = in.text();
    record.signer = in.text();
    record.validated = in.flag();
    record.told = in.flag();
    record.origin_only = in.flag();
  }
  if (*version >= 3) record.spec.app_data = in.text();
  if (*version == 4) record.spec.manifest_sha256 = in.digest();
  if (*version >= 5) {
    record.spec.manifest_sha256 = in.maybe([&] { return in.digest(); });
    record.spec.manifest_optional = in.flag();
  }
  if (*version >= 6) record.from_cache_hosts = in.number();
  if (auto const good = in.finish("file record"); !good) return tl::unexpected(good.error());
  return record;
}

std::string job_key(JobId const& job) {
  return {reinterpret_cast<char const*>(job.bytes.data()), job.bytes.size()};
}

std::string file_key(JobId const& job, std::uint32_t index) {
  auto key = job_key(job);
  append_key32(key, index);
  return key;
}

}  // namespace freshet::store
