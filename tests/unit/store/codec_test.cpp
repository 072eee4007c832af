#include "store/codec.h"

#include <catch2/catch.hpp>
#include <limits>

#include "store/database_mark.h"
#include "store/job_codec.h"
#include "store/spool_record.h"
#include "tests/support/store_records.h"

using namespace freshet;
using namespace freshet::store;
using namespace freshet::test;

TEST_CASE("numbers come out as they went in", "[store]") {
  std::vector<std::uint64_t> const numbers{
      0, 1, 127, 128, 300, 1ULL << 35, std::numeric_limits<std::uint64_t>::max()};
  std::vector<std::int64_t> const signed_numbers{0, -1, 1, std::numeric_limits<std::int64_t>::min(),
                                                 std::numeric_limits<std::int64_t>::max()};
  Encoder out;
  for (auto const number : numbers) out.number(number);
  for (auto const number : signed_numbers) out.signed_number(number);
  auto const bytes = out.take();

  Decoder in(bytes);
  for (auto const number : numbers) CHECK(in.number() == number);
  for (auto const number : signed_numbers) CHECK(in.signed_number() == number);
  CHECK(in.finish("numbers"));
}

TEST_CASE("numbers that do not fit are refused", "[store]") {
  std::string const eleven_bytes(11, '\xFF');
  std::string const too_large = std::string(9, '\xFF') + '\x02';
  for (auto const& bytes : {eleven_bytes, too_large, std::string("\x80"), std::string()}) {
    Decoder in(bytes);
    static_cast<void>(in.number());
    CHECK(in.failed());
  }
  Encoder out;
  out.number(1ULL << 32);
  auto const bytes = out.take();
  Decoder in(bytes);
  static_cast<void>(in.number32());
  CHECK(in.failed());
}

TEST_CASE("a count beyond the bytes that follow is refused before anything is reserved",
          "[store]") {
  Encoder out;
  out.number(1ULL << 60);
  auto const bytes = out.take();
  Decoder in(bytes);

  CHECK(in.count() == 0);
  CHECK(in.failed());
}

TEST_CASE("records of any contents come out as they went in", "[store]") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    INFO("seed " << seed);
    RecordMaker make(seed);
    auto const job = encode(make.job());
    auto const file = encode(make.file());
    auto const spool = encode(make.spool());

    auto const job_again = decode_job(job);
    auto const file_again = decode_file(file);
    auto const spool_again = decode_spool(SpoolId{1}, spool);

    REQUIRE(job_again);
    REQUIRE(file_again);
    REQUIRE(spool_again);
    CHECK(encode(*job_again) == job);
    CHECK(encode(*file_again) == file);
    CHECK(encode(*spool_again) == spool);
  }
}

TEST_CASE("pieces and hashes and marks of any contents come out as they went in", "[store]") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    INFO("seed " << seed);
    RecordMaker make(seed);
    auto const chunk = make.chunk();
    auto const layer = make.layer();
    DatabaseMark const mark{seed, {seed << 20, seed << 40, layer.front()}};

    auto const chunk_again = decode_chunk(encode(chunk));
    std::vector<Digest> layer_again;
    REQUIRE(append_layer(encode_layer(layer), layer_again));

    REQUIRE(chunk_again);
    CHECK(chunk_again->words == chunk.words);
    CHECK(chunk_again->roots == chunk.roots);
    CHECK(layer_again == layer);
    CHECK(decode_root(encode_root(layer.front())) == layer.front());
    CHECK(decode_mark(encode(mark)) == mark);
  }
}

TEST_CASE("what needs nothing new is written as an older build does and is read", "[store]") {
  RecordMaker make(1);
  auto job = make.job();
  auto file = make.file();
  job.spec.http = {};
  file.spec.manifest_sha256.reset();
  file.spec.manifest_optional = false;
  file.from_cache_hosts = 0;
  CHECK(encode(job).front() == 3);
  CHECK(encode(file).front() == 3);
  CHECK(decode_job(encode(job))->spec == job.spec);
  CHECK(decode_file(encode(file))->spec == file.spec);

  job.spec.http = {"pem", tls_flaw::name | tls_flaw::usage, false, "host", "user:word"};
  file.spec.manifest_sha256 = Digest{};
  CHECK(encode(job).front() == 4);
  CHECK(encode(file).front() == 4);
  CHECK(decode_job(encode(job))->spec == job.spec);
  CHECK(decode_file(encode(file))->spec == file.spec);

  file.spec.manifest_optional = true;
  CHECK(encode(file).front() == 5);
  CHECK(decode_file(encode(file))->spec == file.spec);

  file.from_cache_hosts = 7;
  CHECK(encode(file).front() == 6);
  CHECK(decode_file(encode(file))->from_cache_hosts == 7);
}

TEST_CASE("every field of a job and its file survives", "[store]") {
  RecordMaker make(7);
  auto const job = make.job();
  auto const file = make.file();

  auto const job_again = decode_job(encode(job));
  auto const file_again = decode_file(encode(file));

  REQUIRE(job_again);
  CHECK(job_again->id == job.id);
  CHECK(job_again->spec.name == job.spec.name);
  CHECK(job_again->spec.headers.size() == job.spec.headers.size());
  CHECK(job_again->spec.no_progress_timeout == job.spec.no_progress_timeout);
  CHECK(job_again->state == job.state);
  CHECK(job_again->error.has_value() == job.error.has_value());
  CHECK(job_again->transferred == job.transferred);
  CHECK(job_again->why == job.why);
  CHECK(job_again->spec.notify == job.spec.notify);
  CHECK(job_again->spec.notify_command == job.spec.notify_command);
  CHECK(job_again->spec.size_max == job.spec.size_max);
  CHECK(job_again->transfer_time == job.transfer_time);
  CHECK(job_again->spec.app_data == job.spec.app_data);
  REQUIRE(file_again);
  CHECK(file_again->spec.urls == file.spec.urls);
  CHECK(file_again->spec.ranges == file.spec.ranges);
  CHECK(file_again->spec.content == file.spec.content);
  CHECK(file_again->validator == file.validator);
  CHECK(file_again->trust == file.trust);
  CHECK(file_again->modified == file.modified);
  CHECK(file_again->spool == file.spool);
  CHECK(file_again->wasted == file.wasted);
  CHECK(file_again->from_cache_hosts == file.from_cache_hosts);
  CHECK(file_again->validated == file.validated);
  CHECK(file_again->told == file.told);
  CHECK(file_again->origin_only == file.origin_only);
  CHECK(file_again->spec.app_data == file.spec.app_data);
}

TEST_CASE("a cut record and one with bytes behind it are corrupt", "[store]") {
  RecordMaker make(3);
  auto const bytes = encode(make.file());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    auto const cut = decode_file(std::string_view(bytes).substr(0, size));
    REQUIRE_FALSE(cut);
    CHECK(cut.error().code == Errc::store_corrupt);
  }
  CHECK(decode_file(bytes + "x").error().code == Errc::store_corrupt);
}

TEST_CASE("a record of a newer version is too new and one without a version corrupt", "[store]") {
  RecordMaker make(3);
  auto job = encode(make.job());
  auto file = encode(make.file());
  auto spool = encode(make.spool());
  job[0] = 5;
  file[0] = 7;
  spool[0] = 2;
  CHECK(decode_job(job).error().code == Errc::store_too_new);
  CHECK(decode_job(job).error().where == "job record");
  CHECK(decode_job(job).error().why == "record version 5, known up to 4");
  CHECK(decode_file(file).error().code == Errc::store_too_new);
  CHECK(decode_spool(SpoolId{1}, spool).error().code == Errc::store_too_new);

  job[0] = spool[0] = 0;
  CHECK(decode_job(job).error().code == Errc::store_corrupt);
  CHECK(decode_spool(SpoolId{1}, spool).error().code == Errc::store_corrupt);
}

// Written by hand from docs/store-format.md, as the first version wrote it.
TEST_CASE("records of the first version are read and what they lack is as if never set",
          "[store]") {
  Encoder job;
  job.byte(1);
  for (int i = 0; i < 16; ++i) job.byte(7);
  job.text("name");
  job.text("");
  job.byte(2);
  job.number(0);
  job.text("");
  job.text("");
  job.flag(false);
  for (int zero = 0; zero < 4; ++zero) job.number(0);
  job.byte(3);
  job.flag(false);
  for (auto const number : {5U, 1000U, 1U, 9U}) job.number(number);
  job.signed_number(11);
  job.signed_number(12);
  job.flag(false);
  job.text("{}");
  auto const old_job = decode_job(job.take());

  REQUIRE(old_job);
  CHECK(old_job->spec.name == "name");
  CHECK(old_job->state == JobState::transferring);
  CHECK(old_job->owner == 1000);
  CHECK(old_job->order == 9);
  CHECK(old_job->why == "{}");
  CHECK(old_job->spec.signed_by.empty());
  CHECK(old_job->spec.notify == NotifyFlags{});
  CHECK(old_job->spec.costs == cost::always);
  CHECK(old_job->resumed);

  Encoder file;
  file.byte(1);
  for (int i = 0; i < 16; ++i) file.byte(7);
  file.number(0);
  file.number(1);
  file.text("http://host/a");
  file.text("/tmp/a");
  file.number(0);
  for (int absent = 0; absent < 2; ++absent) file.flag(false);
  file.text("");
  file.text("");
  file.flag(false);
  file.number(4);
  file.flag(false);
  file.text("");
  file.text("");
  for (int absent = 0; absent < 3; ++absent) file.flag(false);
  file.flag(true);
  file.flag(false);
  for (auto const number : {10U, 20U, 30U}) file.number(number);
  auto const old_file = decode_file(file.take());

  REQUIRE(old_file);
  CHECK(old_file->spec.path == "/tmp/a");
  CHECK(old_file->transferred);
  CHECK(old_file->wasted == 30);
  CHECK(old_file->signer.empty());
}

TEST_CASE("a content record whose pieces cannot be counted is corrupt", "[store]") {
  SpoolRecord record;
  record.length = 1_TiB;
  record.piece_length = 3 * kBlockBytes;
  CHECK(decode_spool(SpoolId{1}, encode(record)).error().code == Errc::store_corrupt);

  record.piece_length = 0;
  CHECK(decode_spool(SpoolId{1}, encode(record)).error().code == Errc::store_corrupt);

  record.piece_length = kBlockBytes;
  record.length = ~0ULL;
  CHECK(decode_spool(SpoolId{1}, encode(record)).error().code == Errc::store_corrupt);
}

TEST_CASE("keys sort as their numbers and give them back", "[store]") {
  SpoolId const a{0x00FF};
  SpoolId const b{0x0100};
  CHECK(spool_key(a) < spool_key(b));
  CHECK(received_key(a, PieceIndex{255}) < received_key(a, PieceIndex{256}));
  CHECK(chunk_key(a, 9) < received_key(a, PieceIndex{0}));
  CHECK(spool_of_key(spool_key(b)) == b);
  CHECK(number_of_piece_key(received_key(b, PieceIndex{77})) == 77U);
  CHECK_FALSE(number_of_piece_key(spool_key(b)));
  CHECK(spool_of_file_name(file_name_of(b)) == b);
  CHECK_FALSE(spool_of_file_name("not-a-number-16c"));
  CHECK_FALSE(spool_of_file_name("12"));
}

TEST_CASE("a mark with any bit flipped counts as absent", "[store]") {
  DatabaseMark const mark{.sequence = 1ULL << 40,
                          .manifest = {.number = 7, .bytes = 1234, .sha256 = Digest{}}};
  auto const bytes = encode(mark);
  REQUIRE(decode_mark(bytes) == mark);

  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    auto damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    CHECK_FALSE(decode_mark(damaged));
  }
  CHECK_FALSE(decode_mark(bytes.substr(1)));
}
