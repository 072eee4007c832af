// How long a node takes to start that holds very many objects, a tenth of them contents of the
// store, the others small. FRESHET_NODE_OBJECTS says how many; 2 seconds are promised for a
// million.
#include <catch2/catch.hpp>

#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>

#include "api/node/objects/object_index.h"
#include "store/rocks_key_value.h"
#include "store/schema.h"
#include "store/spool_record.h"
#include "tests/support/real_store.h"
#include "tests/support/temp_folder.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kSlack = 15;
#else
constexpr int kSlack = 2;  // Others work beside the test.
#endif
constexpr std::uint64_t kContentEvery = 10;
constexpr Bytes kContentBytes = 300'000;

std::uint64_t objects_wanted() {
  char const* const text = std::getenv("FRESHET_NODE_OBJECTS");
  return text == nullptr ? 50'000 : std::strtoull(text, nullptr, 10);
}

ContentId content_of(std::uint64_t number) {
  ContentId content{kContentBytes, {}};
  std::memcpy(content.root.bytes.data(), &number, sizeof number);
  return content;
}

// The objects of a node straight into its database, many in one batch.
class Gathered final : public ObjectTable {
 public:
  explicit Gathered(store::KeyValue& database) : database_(database) {}

  [[nodiscard]] Result<void> write(ObjectBatch batch) override {
    for (auto& change : batch.changes) {
      if (change.value) batch_.put(store::Table::objects, change.key, *change.value);
    }
    for (auto const spool : batch.held) {
      auto const key = std::string(kHeldPrefix) + store::spool_key(spool);
      batch_.put(store::Table::objects, key, {});
      put_content(spool);
    }
    return ++gathered_ % 1000 == 0 ? flush() : Result<void>{};
  }
  // Nothing of what is written is asked for again.
  [[nodiscard]] Result<std::optional<std::string>> get(std::string_view) override {
    return std::optional<std::string>{};
  }
  [[nodiscard]] Result<void> walk(std::string_view, Step const&) override { return {}; }

  [[nodiscard]] Result<void> flush() {
    auto written = database_.write(batch_, store::Sync::no);
    batch_ = {};
    return written;
  }

 private:
  void put_content(SpoolId spool) {
    store::SpoolRecord record;
    record.id = spool;
    record.length = record.present = kContentBytes;
    record.piece_length = piece_length_for(kContentBytes);
    record.content = content_of(static_cast<std::uint64_t>(spool));
    record.sealed = true;
    batch_.put(store::Table::contents, store::spool_key(spool), encode(record));
  }

  store::KeyValue& database_;
  store::Batch batch_;
  std::uint64_t gathered_ = 0;
};

node::ObjectRecord record_of(std::uint64_t number, node::ObjectId id) {
  node::ObjectRecord record;
  record.id = id;
  record.head.status = 200;
  record.head.fields.add("ETag", "\"5f3759df-" + std::to_string(number) + "\"");
  record.head.fields.add("Content-Type", "application/vnd.debian.binary-package");
  record.head.fields.add("Last-Modified", "Mon, 30 Nov 2026 00:00:00 GMT");
  record.length = number % kContentEvery == 0 ? kContentBytes : 10'000;
  record.complete = true;
  if (number % kContentEvery == 0) {
    record.spool = SpoolId{number / kContentEvery + 1};
    record.content = content_of(static_cast<std::uint64_t>(record.spool));
  }
  return record;
}

void write_objects(std::string const& data_dir, std::uint64_t count) {
  std::filesystem::create_directories(store::database_directory(data_dir));
  std::filesystem::create_directories(store::spool_directory(data_dir));
  auto database = store::RocksKeyValue::open(store::database_directory(data_dir));
  REQUIRE(database);
  REQUIRE(store::prepare_format(**database));
  Gathered table(**database);
  SteadyClock clock;
  auto index = node::ObjectIndex::open(table, clock, {});
  REQUIRE(index);
  for (std::uint64_t i = 0; i < count; ++i) {
    auto const url = "http://deb.example/debian/pool/main/p/package-" + std::to_string(i) + ".deb";
    if (!index->replace(url, {record_of(i, index->new_id())})) FAIL("not written");
  }
  REQUIRE(table.flush());
}

}  // namespace

TEST_CASE("a node with very many objects starts in two seconds", "[node][scale]") {
  TempFolder const folder;
  auto const count = objects_wanted();
  write_objects(folder.path(), count);

  auto const begin = std::chrono::steady_clock::now();
  auto const worked = std::clock();
  RealStore store(folder.path());
  SteadyClock clock;
  auto const index = node::ObjectIndex::open(store.store().objects(), clock, {});
  auto const found = index->find("http://deb.example/debian/pool/main/p/package-7.deb");
  auto const took = std::chrono::steady_clock::now() - begin;

  CHECK(index->sums().objects == count);
  REQUIRE(found);
  CHECK(found->size() == 1);
  auto const seconds = std::chrono::duration<double>(took).count();
  auto const busy = static_cast<double>(std::clock() - worked) / CLOCKS_PER_SEC;
  if (std::getenv("FRESHET_NODE_OBJECTS") != nullptr) {
    WARN(count << " objects: " << seconds << " s, of that " << busy << " s of work");
  }
  CHECK(took < kSlack * 2s);
}
