// The database as the store uses it: ordered tables, atomic batches, synced or not.
//
// Any thread. A batch that was not synced survives the end of the process but not a power cut; what
// is lost then is a suffix of the batches, never a hole.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "freshet/error.h"

namespace freshet::store {

// One column family each. Names and contents: docs/store-format.md.
enum class Table : std::uint8_t { meta, jobs, files, contents, layers, pieces, objects };
inline constexpr std::size_t kTables = 7;
[[nodiscard]] std::string_view name(Table table);

// Changes that happen together or not at all, in this order.
class Batch {
 public:
  enum class Act : std::uint8_t { put, erase, erase_prefix };
  struct Change {
    Act act;
    Table table;
    std::string key;
    std::string value;
  };

  void put(Table table, std::string key, std::string value) {
    changes_.push_back({Act::put, table, std::move(key), std::move(value)});
  }
  void erase(Table table, std::string key) {
    changes_.push_back({Act::erase, table, std::move(key), {}});
  }
  void erase_prefix(Table table, std::string prefix) {
    changes_.push_back({Act::erase_prefix, table, std::move(prefix), {}});
  }
  [[nodiscard]] bool empty() const { return changes_.empty(); }
  [[nodiscard]] std::vector<Change> const& changes() const { return changes_; }

 private:
  std::vector<Change> changes_;
};

enum class Sync : bool { no, yes };

class KeyValue {
 public:
  virtual ~KeyValue() = default;

  [[nodiscard]] virtual Result<void> write(Batch const& batch, Sync sync) = 0;
  [[nodiscard]] virtual Result<std::optional<std::string>> get(Table table,
                                                               std::string_view key) = 0;
  // Every entry whose key starts with `prefix`, in order. An error of `visit` ends the scan.
  using Visit = std::function<Result<void>(std::string_view key, std::string_view value)>;
  [[nodiscard]] virtual Result<void> scan(Table table, std::string_view prefix,
                                          Visit const& visit) = 0;
  // Every entry from the key `from` on, in order, until `step` says no.
  using Step = std::function<bool(std::string_view key, std::string_view value)>;
  [[nodiscard]] virtual Result<void> walk(Table table, std::string_view from, Step const& step) = 0;
  // Whoever opened it has read what he needs: what it does behind may begin.
  virtual void start_tidying() {}
  // Numbers that tell how it fares, by name; for metrics.
  [[nodiscard]] virtual std::vector<std::pair<std::string, std::uint64_t>> figures() { return {}; }
};

}  // namespace freshet::store
