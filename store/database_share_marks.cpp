#include "store/database_share_marks.h"

#include <memory>
#include <utility>

#include "store/codec.h"
#include "store/spool_record.h"

namespace freshet::store {

namespace {

constexpr std::string_view kPrefix = "share/";
constexpr std::uint8_t kMarkVersion = 1;

std::string key_of(SpoolId spool) {
  return std::string(kPrefix) + spool_key(spool);
}

std::string encode_mark(WallTime until) {
  Encoder out;
  out.byte(kMarkVersion);
  out.signed_number(until.time_since_epoch().count());
  return out.take();
}

Result<WallTime> decode_mark(std::string_view bytes) {
  Decoder in(bytes);
  if (auto const version = record_version(in, kMarkVersion, "share mark"); !version) {
    return tl::unexpected(version.error());
  }
  WallTime const until{std::chrono::milliseconds{in.signed_number()}};
  if (auto const good = in.finish("share mark"); !good) return tl::unexpected(good.error());
  return until;
}

}  // namespace

Result<std::map<SpoolId, WallTime>> DatabaseShareMarks::load(KeyValue& database) {
  std::map<SpoolId, WallTime> marked;
  auto const take = [&](std::string_view key, std::string_view value) -> Result<void> {
    auto const spool = spool_of_key(key.substr(kPrefix.size()));
    if (!spool) return fail(Errc::store_corrupt, "share mark", "its key names no content");
    auto const until = decode_mark(value);
    if (!until) return tl::unexpected(until.error());
    marked[*spool] = *until;
    return {};
  };
  auto const read = database.scan(Table::meta, kPrefix, take);
  if (!read) return tl::unexpected(read.error());
  return marked;
}

void DatabaseShareMarks::mark(SpoolId spool, WallTime until) {
  marked_[spool] = until;
  Batch batch;
  batch.put(Table::meta, key_of(spool), encode_mark(until));
  write(std::move(batch));
}

void DatabaseShareMarks::unmark(SpoolId spool) {
  if (marked_.erase(spool) == 0) return;
  Batch batch;
  batch.erase(Table::meta, key_of(spool));
  write(std::move(batch));
}

bool DatabaseShareMarks::holds(SpoolId spool, WallTime now) const {
  auto const found = marked_.find(spool);
  return found != marked_.end() && found->second > now;
}

// A mark that is not written costs a share after the next start, or a look at one that is gone.
void DatabaseShareMarks::write(Batch batch) {
  auto const shared = std::make_shared<Batch>(std::move(batch));
  work_.run_ledger([this, shared] { static_cast<void>(database_.write(*shared, Sync::no)); });
}

}  // namespace freshet::store
