#include "tests/support/big_state.h"

#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <stdexcept>

#include "engine/content/merkle.h"
#include "store/job_codec.h"
#include "store/piece_table.h"
#include "store/rocks_key_value.h"
#include "store/schema.h"

namespace freshet::test {

using namespace store;

namespace {

constexpr SpoolId kSpool{1};
constexpr char const* kEtag = "\"v1\"";
constexpr std::uint32_t kBatchJobs = 1000;

template <typename T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(describe(result.error()));
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

std::unique_ptr<RocksKeyValue> new_database(std::string const& data_dir) {
  std::filesystem::create_directories(database_directory(data_dir));
  std::filesystem::create_directories(spool_directory(data_dir));
  auto database = must(RocksKeyValue::open(database_directory(data_dir)));
  must(prepare_format(*database));
  return database;
}

JobRecord job_record(std::uint32_t number) {
  JobRecord job;
  job.owner = ::geteuid();
  std::memcpy(job.id.bytes.data(), &number, sizeof number);
  job.spec.name = "job-" + std::to_string(number);
  job.order = number;
  job.file_count = 1;
  job.created = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  return job;
}

FileRecord file_record(JobRecord const& job) {
  FileRecord file;
  file.job = job.id;
  file.spec.urls = {"https://example.org/some/path/" + job.spec.name};
  file.spec.path = "/tmp/" + job.spec.name;
  file.spec.sha256 = Digest{};
  return file;
}

std::shared_ptr<Manifest const> some_manifest(Bytes length, Bytes piece_length) {
  std::mt19937_64 random(1);
  std::vector<Digest> layer(piece_count(length, piece_length));
  for (auto& hash : layer) {
    auto const word = random();
    std::memcpy(hash.bytes.data(), &word, sizeof word);
  }
  auto const root = merkle_root(layer, static_cast<std::size_t>(piece_length / kBlockBytes));
  return must(make_manifest({length, root}, piece_length, std::move(layer)));
}

}  // namespace

void write_jobs(std::string const& data_dir, std::uint32_t jobs) {
  auto const database = new_database(data_dir);
  for (std::uint32_t i = 0; i < jobs;) {
    Batch batch;
    for (auto const end = std::min(jobs, i + kBatchJobs); i < end; ++i) {
      auto const job = job_record(i);
      batch.put(Table::jobs, job_key(job.id), encode(job));
      batch.put(Table::files, file_key(job.id, 0), encode(file_record(job)));
    }
    must(database->write(batch, Sync::yes));
  }
}

void write_tebibyte(std::string const& data_dir, bool layer) {
  auto const database = new_database(data_dir);
  SpoolRecord record;
  record.id = kSpool;
  record.length = kTebibyte;
  record.piece_length = piece_length_for(kTebibyte);
  record.layer = layer;
  record.present = kTebibyte / 2;
  Batch batch;
  PieceBook book(kTebibyte, record.piece_length, 0);
  if (layer) {
    auto const manifest = some_manifest(kTebibyte, record.piece_length);
    record.content = manifest->content;
    put_layer(batch, kSpool, manifest->layer);
    book.expect(manifest);
  }
  std::vector<PieceIndex> present;
  for (std::uint32_t i = 0; i < book.pieces(); i += 2) {
    book.restore(PieceIndex{i}, Digest{}, true);
    present.push_back(PieceIndex{i});
  }
  put_chunks(batch, kSpool, book, present);
  put_next_id(batch, 2);
  batch.put(Table::contents, spool_key(kSpool), encode(record));
  auto const job = job_record(1);
  auto file = file_record(job);
  file.spool = kSpool;
  file.length = kTebibyte;
  file.validator.etag = kEtag;
  batch.put(Table::jobs, job_key(job.id), encode(job));
  batch.put(Table::files, file_key(job.id, 0), encode(file));
  must(database->write(batch, Sync::yes));
  auto const path = spool_directory(data_dir) + "/" + file_name_of(kSpool);
  std::ofstream(path).close();
  std::filesystem::resize_file(path, kTebibyte);
}

void MuteOrigin::fetch(FetchOrder order) {
  on_fetch_(order);
  OriginHead head;
  head.length = length_;
  head.begin = order.begin;
  head.ranges = true;
  head.validator.etag = kEtag;
  head.final_url = order.origin.url;
  loop_.post([this, id = order.id, head] {
    if (events_ != nullptr) events_->on_head(id, head);
  });
}

}  // namespace freshet::test
