// The database as a whole: its format version, its upgrade, and the counters in the table `meta`.
//
// Runs when the store is opened; any thread.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "store/key_value.h"

namespace freshet::store {

inline constexpr std::uint32_t kFormatVersion = 1;
inline constexpr std::string_view kFormatKey = "format";
inline constexpr std::uint64_t kIdsReserved = 1024;

[[nodiscard]] std::string database_directory(std::string const& data_dir);
[[nodiscard]] std::string spool_directory(std::string const& data_dir);

// What the entry `kFormatKey` says: store_too_new above `newest`, store_corrupt.
[[nodiscard]] Result<void> check_format(std::string_view value, std::uint64_t newest);

// Rewrites what changed from one version to the next, into one batch.
using UpgradeStep = std::function<Result<void>(KeyValue& database, Batch& batch)>;

// A new database gets the newest version, `steps.size() + 1`; one with entries but without a
// version is corrupt. An older one is brought there step by step, each in one synced batch with its
// version. store_too_new, store_corrupt.
[[nodiscard]] Result<void> prepare_format(KeyValue& database, std::span<UpgradeStep const> steps);
[[nodiscard]] Result<void> prepare_format(KeyValue& database);

// The first id of a content that was never used.
[[nodiscard]] Result<std::uint64_t> load_next_id(KeyValue& database);
void put_next_id(Batch& batch, std::uint64_t next_id);

}  // namespace freshet::store
