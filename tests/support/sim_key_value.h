// A database in memory: a power cut loses a suffix of the batches that were not synced.
//
// One thread, as all simulation.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "store/key_value.h"

namespace freshet::test {

class SimKeyValue final : public store::KeyValue {
 public:
  void fail_next_write(Errc code) { failures_.push_back(code); }
  void cut_power(std::uint64_t seed);
  [[nodiscard]] std::size_t synced_writes() const { return synced_writes_; }
  [[nodiscard]] std::size_t entries(store::Table table) const;

  [[nodiscard]] Result<void> write(store::Batch const& batch, store::Sync sync) override;
  [[nodiscard]] Result<std::optional<std::string>> get(store::Table table,
                                                       std::string_view key) override;
  [[nodiscard]] Result<void> scan(store::Table table, std::string_view prefix,
                                  Visit const& visit) override;
  [[nodiscard]] Result<void> walk(store::Table table, std::string_view from,
                                  Step const& step) override;

 private:
  using Entries = std::map<std::string, std::string, std::less<>>;
  using Tables = std::array<Entries, store::kTables>;
  static void apply(store::Batch const& batch, Tables& tables);

  Tables current_;
  Tables durable_;
  std::vector<store::Batch> pending_;  // Applied to `current_` only.
  std::deque<Errc> failures_;
  std::size_t synced_writes_ = 0;
};

}  // namespace freshet::test
