#include "tests/support/store_records.h"

#include <bit>

namespace freshet::test {

std::uint64_t RecordMaker::number() {
  return random_() >> (random_() % 64);
}

std::string RecordMaker::text() {
  std::string out(random_() % 40, ' ');
  for (auto& letter : out) letter = static_cast<char>(random_());
  return out;
}

Digest RecordMaker::digest() {
  Digest out;
  for (auto& byte : out.bytes) byte = static_cast<std::byte>(random_());
  return out;
}

ContentId RecordMaker::content() {
  return {number(), digest()};
}

WallTime RecordMaker::time() {
  return WallTime{std::chrono::milliseconds{static_cast<std::int64_t>(number())}};
}

JobRecord RecordMaker::job() {
  JobRecord job;
  for (auto& byte : job.id.bytes) byte = static_cast<std::byte>(random_());
  job.spec.name = text();
  job.spec.description = text();
  job.spec.priority = static_cast<Priority>(random_() % 4);
  for (auto left = random_() % 4; left > 0; --left) job.spec.headers.push_back({text(), text()});
  job.spec.proxy = text();
  job.spec.ca_file = text();
  job.spec.allow_downgrade = maybe();
  job.spec.connections = static_cast<std::uint32_t>(random_());
  job.spec.limit = BytesPerSecond{number()};
  job.spec.no_progress_timeout = Duration{static_cast<std::int64_t>(number())};
  job.spec.retry_delay_min = Duration{static_cast<std::int64_t>(number())};
  job.state = static_cast<JobState>(random_() % 9);
  if (maybe()) job.error = JobError{{Errc::disk_full, text(), text()}, std::nullopt};
  if (job.error && maybe()) job.error->file = static_cast<std::uint32_t>(random_());
  job.error_count = static_cast<std::uint32_t>(random_());
  job.owner = static_cast<std::uint32_t>(random_());
  job.file_count = static_cast<std::uint32_t>(random_());
  job.order = number();
  job.created = time();
  job.modified = time();
  if (maybe()) job.transferred = time();
  job.why = text();
  for (auto left = random_() % 3; left > 0; --left) job.spec.signed_by.push_back(text());
  job.spec.notify = {maybe(), maybe(), maybe(), maybe()};
  for (auto left = random_() % 3; left > 0; --left) job.spec.notify_command.push_back(text());
  job.spec.costs = static_cast<std::uint32_t>(random_());
  job.spec.transfer_time_max = Duration{static_cast<std::int64_t>(number())};
  if (maybe()) job.spec.size_max = number();
  job.spec.validate_first = maybe();
  job.resumed = maybe();
  job.notified = maybe();
  job.transfer_time = Duration{static_cast<std::int64_t>(number())};
  job.spec.app_data = text();
  if (maybe()) {
    job.spec.http = {text(), static_cast<std::uint32_t>(random_()), maybe(), text(), text()};
  }
  return job;
}

FileRecord RecordMaker::file() {
  FileRecord file;
  for (auto& byte : file.job.bytes) byte = static_cast<std::byte>(random_());
  file.index = static_cast<std::uint32_t>(random_());
  for (auto left = random_() % 4; left > 0; --left) file.spec.urls.push_back(text());
  file.spec.path = text();
  for (auto left = random_() % 4; left > 0; --left) {
    file.spec.ranges.push_back({number(), number()});
  }
  if (maybe()) file.spec.sha256 = digest();
  if (maybe()) file.spec.content = content();
  file.spec.manifest = text();
  file.spec.manifest_bytes = text();
  if (maybe()) file.spec.hash_of_hashes = digest();
  if (maybe()) file.spec.manifest_sha256 = digest();
  file.spec.manifest_optional = maybe();
  file.spool = SpoolId{number()};
  if (maybe()) file.length = number();
  file.validator = {text(), text()};
  if (maybe()) file.content = content();
  if (maybe()) file.trust = static_cast<Trust>(random_() % 4);
  if (maybe()) file.modified = time();
  file.transferred = maybe();
  file.placed = maybe();
  file.from_origin = number();
  file.from_peers = number();
  file.wasted = number();
  file.spec.manifest_signature = text();
  file.signer = text();
  file.validated = maybe();
  file.told = maybe();
  file.origin_only = maybe();
  file.spec.app_data = text();
  file.from_cache_hosts = number();
  return file;
}

store::SpoolRecord RecordMaker::spool() {
  store::SpoolRecord record;
  if (maybe()) record.length = number() >> 24;
  record.piece_length = kPieceBytesMin << (random_() % 5);
  if (maybe()) record.content = content();
  if (maybe()) record.sha256 = digest();
  record.layer = maybe();
  record.sealed = maybe();
  record.present = number();
  record.path = text();
  record.stamp = {number(), number(), number(), -5, static_cast<std::int64_t>(number())};
  record.last_used = time();
  record.scrubbed = time();
  for (auto left = random_() % 3; left > 0; --left) record.placing.push_back({text(), text()});
  return record;
}

store::PieceChunk RecordMaker::chunk() {
  store::PieceChunk chunk;
  std::size_t set = 0;
  for (std::uint32_t i = 0; i < store::kChunkPieces / 64; ++i) {
    chunk.words.push_back(number());
    set += static_cast<std::size_t>(std::popcount(chunk.words.back()));
  }
  if (maybe()) chunk.roots.resize(set);
  for (auto& root : chunk.roots) root = digest();
  return chunk;
}

std::vector<Digest> RecordMaker::layer() {
  std::vector<Digest> layer(1 + random_() % 20);
  for (auto& hash : layer) hash = digest();
  return layer;
}

}  // namespace freshet::test
