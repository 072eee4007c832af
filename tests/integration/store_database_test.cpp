// A database that cannot be used: in use elsewhere, from a newer version, or damaged. Each is
// refused with a code that says what to do, and nothing is guessed or lost without a word.
#include <fcntl.h>
#include <rocksdb/db.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>

#include "store/codec.h"
#include "store/job_codec.h"
#include "store/rocks_key_value.h"
#include "store/schema.h"
#include "tests/support/real_store.h"
#include "tests/support/store_records.h"
#include "tests/support/temp_folder.h"

using namespace freshet;
using namespace freshet::store;
using namespace freshet::test;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kJobs = 20;
constexpr Bytes kPiece = 65'536;

// Why the store cannot be opened; nothing when it can.
std::optional<Error> refusal(std::string const& data_dir) {
  SteadyClock clock;
  SilentLog log;
  ThreadLoop loop("refusal");
  ThreadPool pool(1);
  auto opened = Store::open({.data_dir = data_dir}, loop, pool, clock, log);
  std::optional<Error> error;
  if (opened) {
    std::promise<void> stopped;
    loop.post([&] { (*opened)->stop([&] { stopped.set_value(); }); });
    stopped.get_future().wait();
  } else {
    error = opened.error();
  }
  loop.stop();
  pool.stop();
  return error;
}

std::map<std::string, std::string> all_files(std::string const& folder) {
  std::map<std::string, std::string> files;
  for (auto const& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files[entry.path()] = read_file(entry.path());
  }
  return files;
}

void put(std::string const& data_dir, Table table, std::string key, std::string value) {
  auto database = RocksKeyValue::open(database_directory(data_dir));
  REQUIRE(database);
  Batch batch;
  batch.put(table, std::move(key), std::move(value));
  REQUIRE((*database)->write(batch, Sync::yes));
}

// Holds the lock as another process would, until it is destroyed.
class LockedElsewhere {
 public:
  explicit LockedElsewhere(std::string const& file) {
    int ready[2];
    REQUIRE(::pipe2(ready, O_CLOEXEC) == 0);
    REQUIRE(::pipe2(end_, O_CLOEXEC) == 0);
    child_ = ::fork();
    if (child_ == 0) hold(file.c_str(), ready[1]);
    ::close(end_[0]);
    ::close(ready[1]);
    char byte = 0;
    REQUIRE(::read(ready[0], &byte, 1) == 1);
    ::close(ready[0]);
  }
  ~LockedElsewhere() {
    ::close(end_[1]);
    ::waitpid(child_, nullptr, 0);
  }
  LockedElsewhere(LockedElsewhere const&) = delete;
  LockedElsewhere& operator=(LockedElsewhere const&) = delete;

 private:
  // In the child of a process with threads: only plain system calls.
  [[noreturn]] void hold(char const* file, int ready) {
    ::close(end_[1]);
    int const descriptor = ::open(file, O_RDWR);
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    if (::fcntl(descriptor, F_SETLK, &lock) != 0) ::_exit(1);
    char byte = 1;
    if (::write(ready, &byte, 1) != 1) ::_exit(1);
    static_cast<void>(::read(end_[0], &byte, 1));  // Ends when the test does.
    ::_exit(0);
  }

  pid_t child_ = 0;
  int end_[2] = {};
};

// A data directory with jobs, a content that is half there and one that is sealed; its database has
// tables and a log.
class Kept {
 public:
  Kept() {
    auto const data_dir = folder_ / "whole";
    {
      RealStore store(data_dir);
      make(store);
    }
    // After some starts RocksDB moves what it replays into tables.
    for (int i = 0; i < 9; ++i) RealStore again(data_dir);
    RealStore store(data_dir);
    for (std::size_t i = kJobs / 2; i < kJobs; ++i) save_job(store, i);
  }

  // A fresh copy, to be damaged.
  [[nodiscard]] std::string copy() {
    auto const to = folder_ / ("copy" + std::to_string(++copies_));
    fs::copy(folder_ / "whole", to, fs::copy_options::recursive);
    return to;
  }

  // Either it is refused as corrupt, or everything is there and right.
  void check(std::string const& data_dir) {
    auto const error = refusal(data_dir);
    if (error) {
      CHECK(error->code == Errc::store_corrupt);
      ++refused;
      return;
    }
    RealStore store(data_dir);
    auto const loaded = store.store().ledger().load();
    REQUIRE(loaded);
    CHECK(loaded->jobs.size() == kJobs);
    CHECK(loaded->files.size() == kJobs + 2);
    check_content(store, half_, 2 * kPiece);
    check_content(store, sealed_, bytes_.size());
  }

  std::size_t refused = 0;

 private:
  void make(RealStore& store) {
    for (std::size_t i = 0; i < kJobs / 2; ++i) save_job(store, i);
    auto const sealed = store.open({bytes_.size(), {.manifest = manifest_of(bytes_)}});
    REQUIRE(sealed);
    sealed_ = sealed->id;
    keep(store, sealed_, 0);
    REQUIRE(store.write(sealed_, 0, bytes_));
    REQUIRE(store.wait_for_pieces(sealed_, piece_count(bytes_.size(), kPiece)));
    REQUIRE(store.seal(sealed_));
    auto const half = store.open({bytes_.size(), {}});
    REQUIRE(half);
    half_ = half->id;
    keep(store, half_, 1);
    REQUIRE(store.write(half_, 0, std::span(bytes_).first(2 * kPiece)));
    REQUIRE(store.wait_for_pieces(half_, 2));
    store.flush();
  }

  static void save_job(RealStore& store, std::size_t number) {
    RecordMaker make(number + 1);
    auto job = make.job();
    auto file = make.file();
    job.id.bytes[0] = static_cast<std::byte>(number + 1);
    file.job = job.id;
    file.index = 0;
    file.spool = SpoolId::none;
    REQUIRE(store.save({{job}, {file}, {}}));
  }

  static void keep(RealStore& store, SpoolId spool, std::uint32_t index) {
    FileRecord file;
    file.index = index;
    file.spool = spool;
    REQUIRE(store.save({{}, {file}, {}}));
  }

  void check_content(RealStore& store, SpoolId spool, Bytes size) {
    auto const opened = store.reopen(spool);
    if (!opened) {
      CHECK(opened.error().code == Errc::store_corrupt);
      ++refused;
      return;
    }
    CHECK(opened->present.count() * kPiece >= size);
    std::vector<std::byte> got(size);
    REQUIRE(store.store().reader().read(spool, 0, got, PieceReader::Patience::wait));
    CHECK(std::equal(got.begin(), got.end(), bytes_.begin()));
  }

  TempFolder folder_;
  std::vector<std::byte> bytes_ = some_bytes(1'000'000);
  SpoolId half_{};
  SpoolId sealed_{};
  int copies_ = 0;
};

// Files of the database whose name begins or ends so.
std::vector<fs::path> database_files(std::string const& data_dir, std::string const& part) {
  std::vector<fs::path> files;
  for (auto const& entry : fs::directory_iterator(database_directory(data_dir))) {
    auto const name = entry.path().filename().string();
    if (name.starts_with(part) || name.ends_with(part)) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

void flip(fs::path const& path, std::size_t at) {
  auto bytes = read_file(path);
  bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
  write_file(path, bytes);
}

// Damages each such file of a fresh copy at `places` places and looks what becomes of it.
void damage_each(Kept& kept, std::string const& part, std::size_t places,
                 std::function<void(fs::path const&, std::size_t)> const& damage) {
  auto const files = database_files(kept.copy(), part);
  REQUIRE_FALSE(files.empty());
  for (std::size_t file = 0; file < files.size(); ++file) {
    auto const size = fs::file_size(files[file]);
    for (std::size_t i = 0; i < places && size > 0; ++i) {
      auto const copy = kept.copy();
      auto const at = size * i / places;
      INFO(files[file].filename() << " of " << size << " bytes at " << at);
      damage(database_files(copy, part)[file], at);
      kept.check(copy);
    }
  }
}

void cut(fs::path const& path, std::size_t at) {
  fs::resize_file(path, at);
}

}  // namespace

TEST_CASE("a data directory that this process has open is refused as locked", "[store]") {
  TempFolder const folder;
  RealStore const store(folder / "data");

  auto const error = refusal(folder / "data");

  REQUIRE(error);
  CHECK(error->code == Errc::store_locked);
  CHECK(error->where == folder / "data/db");
  CHECK(advice(error->code).starts_with("Stop the other process"));
}

TEST_CASE("a data directory that another process has open is refused as locked", "[store]") {
  TempFolder const folder;
  REQUIRE_FALSE(refusal(folder / "data"));
  {
    LockedElsewhere const other(folder / "data/db/LOCK");

    auto const error = refusal(folder / "data");

    REQUIRE(error);
    CHECK(error->code == Errc::store_locked);
  }
  CHECK_FALSE(refusal(folder / "data"));
}

TEST_CASE("a directory whose name speaks of a lock is not taken for locked", "[store]") {
  TempFolder const folder;
  auto const data = folder / "While lock file Resource temporarily unavailable";
  REQUIRE_FALSE(refusal(data));
  fs::resize_file(data + "/db/CURRENT", 0);

  auto const error = refusal(data);

  REQUIRE(error);
  CHECK(error->code == Errc::store_corrupt);
}

TEST_CASE("a database of a newer format is refused and stays as it is byte by byte", "[store]") {
  Kept kept;
  auto const data = kept.copy();
  Encoder newer;
  newer.number(kFormatVersion + 1);
  put(data, Table::meta, std::string(kFormatKey), newer.take());
  auto const before = all_files(data);

  auto const error = refusal(data);

  REQUIRE(error);
  CHECK(error->code == Errc::store_too_new);
  CHECK(error->why == "format 2, known up to 1");
  CHECK(all_files(data) == before);
}

TEST_CASE("a database with a table of a newer version is refused and stays as it is", "[store]") {
  TempFolder const folder;
  REQUIRE_FALSE(refusal(folder / "data"));
  {
    std::vector<std::string> names;
    std::vector<rocksdb::ColumnFamilyDescriptor> tables;
    auto const path = database_directory(folder / "data");
    REQUIRE(rocksdb::DB::ListColumnFamilies({}, path, &names).ok());
    for (auto const& each : names) tables.emplace_back(each, rocksdb::ColumnFamilyOptions());
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* opened = nullptr;
    REQUIRE(rocksdb::DB::Open({}, path, tables, &handles, &opened).ok());
    std::unique_ptr<rocksdb::DB> const db(opened);
    rocksdb::ColumnFamilyHandle* extra = nullptr;
    REQUIRE(db->CreateColumnFamily({}, "future", &extra).ok());
    handles.push_back(extra);
    for (auto* const handle : handles) REQUIRE(db->DestroyColumnFamilyHandle(handle).ok());
    REQUIRE(db->Close().ok());
  }
  auto const before = all_files(folder / "data");

  auto const error = refusal(folder / "data");

  REQUIRE(error);
  CHECK(error->code == Errc::store_too_new);
  CHECK(all_files(folder / "data") == before);
}

TEST_CASE("one record of a newer version is refused before any content is touched", "[store]") {
  for (auto const table : {Table::jobs, Table::files, Table::contents}) {
    Kept kept;
    auto const data = kept.copy();
    put(data, table, "\xff\xff\xff\xff\xff\xff\xff\xff", "\x09");
    write_file(spool_directory(data) + "/00000000000000ff", "an orphan");
    auto const before = all_files(spool_directory(data));

    auto const error = refusal(data);

    REQUIRE(error);
    CHECK(error->code == Errc::store_too_new);
    CHECK(all_files(spool_directory(data)) == before);
  }
}

TEST_CASE("a lost database is not taken for a new one", "[store]") {
  Kept kept;
  SECTION("nothing of it is left") {
    auto const data = kept.copy();
    fs::remove_all(database_directory(data));
    auto const before = all_files(spool_directory(data));
    auto const error = refusal(data);
    REQUIRE(error);
    CHECK(error->code == Errc::store_corrupt);
    CHECK(all_files(spool_directory(data)) == before);
  }
  SECTION("only the name of its list of files is lost") {
    auto const data = kept.copy();
    fs::remove(database_directory(data) + "/CURRENT");
    auto const before = all_files(data);
    auto const error = refusal(data);
    REQUIRE(error);
    CHECK(error->code == Errc::store_corrupt);
    CHECK(all_files(data) == before);
  }
  SECTION("files of it are lost") {
    for (std::string const part : {".sst", ".log", "MANIFEST-"}) {
      INFO(part);
      damage_each(kept, part, 1, [](fs::path const& path, std::size_t) { fs::remove(path); });
    }
    CHECK(kept.refused > 0);
  }
}

TEST_CASE("a database that died while it was made is made again", "[store]") {
  TempFolder const folder;
  fs::create_directories(folder / "data/db");
  write_file(folder / "data/db/MANIFEST-000001", "");
  write_file(folder / "data/db/IDENTITY", "x");

  CHECK_FALSE(refusal(folder / "data"));
}

TEST_CASE("a list of files that is cut anywhere is refused", "[store]") {
  Kept kept;
  damage_each(kept, "MANIFEST-", 12, cut);
  CHECK(kept.refused == 12);
  damage_each(kept, "CURRENT", 4, cut);
  CHECK(kept.refused == 16);
}

TEST_CASE("flipped bits anywhere in the database lose nothing without a word", "[store]") {
  Kept kept;
  SECTION("in the list of files") {
    damage_each(kept, "MANIFEST-", 12, flip);
    CHECK(kept.refused > 0);
  }
  SECTION("in its name") {
    damage_each(kept, "CURRENT", 8, flip);
  }
  SECTION("in tables") {
    damage_each(kept, ".sst", 6, flip);
    CHECK(kept.refused > 0);
  }
  SECTION("in the log") {
    damage_each(kept, ".log", 16, flip);
    CHECK(kept.refused > 0);
  }
  SECTION("in the mark") {
    damage_each(kept, "MARK", 5, flip);
  }
}

TEST_CASE("a log that is cut loses nothing without a word", "[store]") {
  Kept kept;
  damage_each(kept, ".log", 10, cut);
  CHECK(kept.refused > 0);
}

TEST_CASE("a log that ends within an unsynced change is taken as it is", "[store]") {
  Kept kept;
  auto const data = kept.copy();
  {
    auto database = RocksKeyValue::open(database_directory(data));
    REQUIRE(database);
    Batch batch;
    batch.put(Table::meta, "unsynced", std::string(5000, 'x'));
    REQUIRE((*database)->write(batch, Sync::no));
  }
  auto const newest = database_files(data, ".log").back();
  fs::resize_file(newest, fs::file_size(newest) - 100);

  kept.check(data);
  CHECK(kept.refused == 0);
}

namespace {

constexpr std::size_t kFileBytes = 1 << 20;  // What RocksDB gathers before it writes a file.
constexpr std::size_t kValueBytes = 2'000;

// So many files of values that nobody reads at a start.
void write_files(RocksKeyValue& database, std::string const& prefix, std::size_t files) {
  std::string const value(kValueBytes, 'v');
  for (std::size_t i = 0; i < files; ++i) {
    Batch batch;
    for (std::size_t j = 0; j < kFileBytes / kValueBytes; ++j) {
      batch.put(Table::objects, prefix + std::to_string(i * kFileBytes + j), value);
    }
    REQUIRE(database.write(batch, Sync::no));
  }
}

std::size_t table_files(std::string const& data_dir) {
  auto const files = fs::directory_iterator(database_directory(data_dir));
  return static_cast<std::size_t>(std::ranges::count_if(
      files, [](fs::directory_entry const& each) { return each.path().extension() == ".sst"; }));
}

}  // namespace

// While it merges RocksDB takes no more than 36 files that are not merged yet.
TEST_CASE("a large database merges its files when its start is over and not before", "[store]") {
  TempFolder const folder;
  auto const directory = database_directory(folder.path());
  fs::create_directories(directory);
  {
    auto const database = RocksKeyValue::open(directory);
    REQUIRE(prepare_format(**database));
    write_files(**database, "xa", 36);
  }
  auto const large = table_files(folder.path());
  {
    auto const database = RocksKeyValue::open(directory, RocksKeyValue::Tidy::later);
    REQUIRE(database);
    write_files(**database, "xb", 60);
    CHECK(table_files(folder.path()) > large + 50);
  }

  RealStore store(folder.path());

  CHECK(store.wait_until([&] { return table_files(folder.path()) < large + 40; }));
}
