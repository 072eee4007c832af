#include "store/database_objects.h"

#include <utility>

#include "store/spool_record.h"

namespace freshet::store {

namespace {

std::string held_key(SpoolId spool) {
  return std::string(kHeldPrefix) + spool_key(spool);
}

}  // namespace

Result<std::vector<SpoolId>> DatabaseObjects::load_held(KeyValue& database) {
  std::vector<SpoolId> held;
  auto const take = [&](std::string_view key, std::string_view) -> Result<void> {
    auto const spool = spool_of_key(key.substr(kHeldPrefix.size()));
    if (!spool) return fail(Errc::store_corrupt, "held content", "its key names no content");
    held.push_back(*spool);
    return {};
  };
  auto const read = database.scan(Table::objects, kHeldPrefix, take);
  if (!read) return tl::unexpected(read.error());
  return held;
}

Result<void> DatabaseObjects::write(ObjectBatch batch) {
  Batch changes;
  for (auto& change : batch.changes) {
    if (change.value) {
      changes.put(Table::objects, std::move(change.key), std::move(*change.value));
    } else {
      changes.erase(Table::objects, std::move(change.key));
    }
  }
  for (auto const spool : batch.held) changes.put(Table::objects, held_key(spool), {});
  for (auto const spool : batch.let_go) changes.erase(Table::objects, held_key(spool));
  if (auto const written = database_.write(changes, Sync::no); !written) return written;
  if (batch.held.empty() && batch.let_go.empty()) return {};
  work_.post([&refs = refs_, held = std::move(batch.held), let_go = std::move(batch.let_go)] {
    for (auto const spool : held) refs.hold(spool);
    for (auto const spool : let_go) refs.let_go_held(spool);
  });
  return {};
}

Result<std::optional<std::string>> DatabaseObjects::get(std::string_view key) {
  return database_.get(Table::objects, key);
}

Result<void> DatabaseObjects::walk(std::string_view from, Step const& step) {
  return database_.walk(Table::objects, from, step);
}

}  // namespace freshet::store
