#include "store/schema.h"

#include "store/codec.h"

namespace freshet::store {

namespace {

constexpr std::string_view kNextIdKey = "next_spool";

std::string encode_number(std::uint64_t value) {
  Encoder out;
  out.number(value);
  return out.take();
}

Result<std::uint64_t> decode_number(std::string_view what, std::string_view value) {
  Decoder in(value);
  auto const number = in.number();
  if (auto const good = in.finish(what); !good) return tl::unexpected(good.error());
  return number;
}

Result<void> check_version(std::uint64_t version, std::uint64_t newest) {
  if (version == 0) return fail(Errc::store_corrupt, "database", "format 0");
  if (version <= newest) return {};
  return fail(Errc::store_too_new, "database",
              "format " + std::to_string(version) + ", known up to " + std::to_string(newest));
}

Result<void> check_empty(KeyValue& database) {
  auto const any = [](std::string_view, std::string_view) -> Result<void> {
    return fail(Errc::store_corrupt, "database", "it has entries but no format");
  };
  for (auto const table : {Table::meta, Table::jobs, Table::files, Table::contents, Table::layers,
                           Table::pieces, Table::objects}) {
    if (auto const empty = database.scan(table, {}, any); !empty) return empty;
  }
  return {};
}

Result<std::optional<std::uint64_t>> load_number(KeyValue& database, std::string_view key) {
  auto const value = database.get(Table::meta, key);
  if (!value) return tl::unexpected(value.error());
  if (!*value) return std::optional<std::uint64_t>{};
  auto const number = decode_number(key, **value);
  if (!number) return tl::unexpected(number.error());
  return std::optional(*number);
}

}  // namespace

std::string database_directory(std::string const& data_dir) {
  return data_dir + "/db";
}
std::string spool_directory(std::string const& data_dir) {
  return data_dir + "/spool";
}

Result<void> check_format(std::string_view value, std::uint64_t newest) {
  auto const version = decode_number(kFormatKey, value);
  if (!version) return tl::unexpected(version.error());
  return check_version(*version, newest);
}

Result<void> prepare_format(KeyValue& database, std::span<UpgradeStep const> steps) {
  auto const newest = steps.size() + 1;
  auto const stored = load_number(database, kFormatKey);
  if (!stored) return tl::unexpected(stored.error());
  auto version = stored->value_or(newest);
  if (auto const known = check_version(version, newest); !known) return known;
  if (!*stored) {
    if (auto const empty = check_empty(database); !empty) return empty;
    Batch batch;
    batch.put(Table::meta, std::string(kFormatKey), encode_number(newest));
    return database.write(batch, Sync::yes);
  }
  for (; version < newest; ++version) {
    Batch batch;
    if (auto const done = steps[version - 1](database, batch); !done) return done;
    batch.put(Table::meta, std::string(kFormatKey), encode_number(version + 1));
    if (auto const written = database.write(batch, Sync::yes); !written) return written;
  }
  return {};
}

Result<void> prepare_format(KeyValue& database) {
  // Step n leads from version n to n + 1.
  static_assert(kFormatVersion == 1);
  return prepare_format(database, {});
}

Result<std::uint64_t> load_next_id(KeyValue& database) {
  auto const stored = load_number(database, kNextIdKey);
  if (!stored) return tl::unexpected(stored.error());
  return stored->value_or(1);
}

void put_next_id(Batch& batch, std::uint64_t next_id) {
  batch.put(Table::meta, std::string(kNextIdKey), encode_number(next_id));
}

}  // namespace freshet::store
