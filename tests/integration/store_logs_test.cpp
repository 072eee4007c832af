// The database behind the store: opened again and again, with logs that a power cut has torn.
#include <catch2/catch.hpp>

#include <filesystem>
#include <random>
#include <set>

#include "store/rocks_key_value.h"
#include "tests/support/temp_folder.h"

using namespace freshet;
using store::Batch;
using store::RocksKeyValue;
using store::Sync;
using store::Table;

namespace {

std::string key_of(std::uint64_t number) {
  std::string key(8, '\0');
  for (auto byte = key.rbegin(); byte != key.rend(); ++byte, number >>= 8) {
    *byte = static_cast<char>(number);
  }
  return key;
}

std::vector<std::filesystem::path> logs_in(std::string const& directory) {
  std::vector<std::filesystem::path> logs;
  for (auto const& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() == ".log") logs.push_back(entry.path());
  }
  std::ranges::sort(logs);
  return logs;
}

// Numbers counted up over three tables, one synced batch each: what is there must be all up to one.
class Counting {
 public:
  explicit Counting(std::string directory) : directory_(std::move(directory)) {
    std::filesystem::create_directories(directory_);
  }

  void open() {
    auto opened = RocksKeyValue::open(directory_);
    REQUIRE(opened);
    database_ = std::move(*opened);
  }
  void close() { database_.reset(); }
  void write(std::size_t value_bytes, Sync sync) {
    Batch batch;
    batch.put(table_of(next_), key_of(next_), std::string(value_bytes, 'x'));
    REQUIRE(database_->write(batch, sync));
    ++next_;
  }
  // How many there are.
  std::uint64_t count() {
    std::set<std::string> keys;
    for (auto const table : {Table::jobs, Table::files, Table::pieces}) {
      auto const visit = [&](std::string_view key, std::string_view) -> Result<void> {
        keys.emplace(key);
        return {};
      };
      REQUIRE(database_->scan(table, {}, visit));
    }
    for (std::uint64_t i = 0; i < keys.size(); ++i) CHECK(keys.contains(key_of(i)));
    return keys.size();
  }
  void continue_from(std::uint64_t next) { next_ = next; }
  [[nodiscard]] std::uint64_t next() const { return next_; }
  [[nodiscard]] std::string const& directory() const { return directory_; }

 private:
  static Table table_of(std::uint64_t number) {
    // One of them grows quickly, so that tables are written at different times.
    if (number % 7 == 0) return Table::jobs;
    return number % 7 == 1 ? Table::files : Table::pieces;
  }

  std::string directory_;
  std::unique_ptr<RocksKeyValue> database_;
  std::uint64_t next_ = 0;
};

}  // namespace

TEST_CASE("a database that is opened a hundred times keeps everything and few logs", "[store]") {
  TempFolder const folder;
  Counting numbers(folder / "db");
  for (int round = 0; round < 100; ++round) {
    numbers.open();
    CHECK(numbers.count() == numbers.next());
    numbers.write(100, Sync::yes);
    numbers.close();
    CHECK(logs_in(numbers.directory()).size() <= 10);
  }
}

TEST_CASE("a torn log loses what was not durable and nothing else however often it happens",
          "[store]") {
  TempFolder const folder;
  Counting numbers(folder / "db");
  std::mt19937_64 random(7);
  std::uint64_t durable = 0;
  for (int round = 0; round < 60; ++round) {
    numbers.open();
    auto const there = numbers.count();
    CHECK(there >= durable);
    numbers.continue_from(there);
    for (auto left = random() % 12; left > 0; --left) {
      numbers.write(100 + random() % 60'000, Sync::no);
    }
    numbers.write(100, Sync::yes);
    durable = numbers.next();
    auto const log = logs_in(numbers.directory()).back();
    auto const durable_bytes = std::filesystem::file_size(log);
    for (auto left = random() % 4; left > 0; --left) numbers.write(random() % 20'000, Sync::no);
    numbers.close();
    auto const torn =
        durable_bytes + random() % (std::filesystem::file_size(log) - durable_bytes + 1);
    std::filesystem::resize_file(log, torn);
  }
}

TEST_CASE("a new database is there after its first open with nothing written", "[store]") {
  TempFolder const folder;
  for (int round = 0; round < 3; ++round) {
    Counting numbers(folder / "db");
    numbers.open();
    CHECK(numbers.count() == 0);
  }
}
