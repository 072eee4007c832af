#include "tests/support/many_objects.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <filesystem>

#include "api/node/objects/object_index.h"
#include "store/rocks_key_value.h"
#include "store/schema.h"
#include "store/spool_record.h"
#include "tests/support/real_store.h"

namespace freshet::test {

namespace {

constexpr std::uint64_t kContentEvery = 10;
constexpr Bytes kContentBytes = 300'000;

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

bool write_objects(std::string const& data_dir, std::uint64_t count) {
  std::filesystem::create_directories(store::database_directory(data_dir));
  std::filesystem::create_directories(store::spool_directory(data_dir));
  auto const database = store::RocksKeyValue::open(store::database_directory(data_dir));
  if (!database || !store::prepare_format(**database)) return false;
  Gathered table(**database);
  SteadyClock clock;
  auto index = node::ObjectIndex::open(table, clock, {});
  if (!index) return false;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (!index->replace(many_objects_url(i), {record_of(i, index->new_id())})) return false;
  }
  if (!table.flush()) return false;
  return ::kill(::getpid(), SIGKILL) == 0;  // Still open.
}

}  // namespace

std::string many_objects_url(std::uint64_t number) {
  return "http://deb.example/debian/pool/main/p/package-" + std::to_string(number) + ".deb";
}

bool write_many_objects(std::string const& data_dir, std::uint64_t count) {
  auto const child = ::fork();
  if (child < 0) return false;
  if (child == 0) {
    static_cast<void>(write_objects(data_dir, count));
    ::_exit(1);
  }
  int status = 0;
  return ::waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
         WTERMSIG(status) == SIGKILL;
}

}  // namespace freshet::test
