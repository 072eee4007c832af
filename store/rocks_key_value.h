// RocksDB behind KeyValue. Any thread. Holds the directory's lock until it is destroyed.
#pragma once

#include <memory>

#include "store/key_value.h"

namespace freshet::store {

class RocksKeyValue final : public KeyValue {
 public:
  // Errors: store_locked, store_corrupt, store_too_new, and what a disk says. A database that is
  // refused is left as it is, unless its damage shows only while it is opened.
  // `later`: the files of a large database are merged from `start_tidying` on, and take no
  // processor from its start.
  enum class Tidy : bool { at_once, later };
  [[nodiscard]] static Result<std::unique_ptr<RocksKeyValue>> open(std::string const& directory,
                                                                   Tidy tidy = Tidy::at_once);
  struct Database;
  explicit RocksKeyValue(std::unique_ptr<Database> database);  // `open` makes it.
  ~RocksKeyValue() override;

  [[nodiscard]] Result<void> write(Batch const& batch, Sync sync) override;
  [[nodiscard]] Result<std::optional<std::string>> get(Table table, std::string_view key) override;
  [[nodiscard]] Result<void> scan(Table table, std::string_view prefix,
                                  Visit const& visit) override;
  [[nodiscard]] Result<void> walk(Table table, std::string_view from, Step const& step) override;
  void start_tidying() override;
  [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> figures() override;

 private:
  struct Tried;
  [[nodiscard]] Tried try_write(Batch const& batch, Sync sync);

  std::unique_ptr<Database> database_;
};

// Whether this version knows a table of this name.
[[nodiscard]] bool is_table(std::string_view name);

}  // namespace freshet::store
