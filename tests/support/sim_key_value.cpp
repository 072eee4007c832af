#include "tests/support/sim_key_value.h"

#include <random>

namespace freshet::test {

using store::Batch;
using store::Sync;
using store::Table;

void SimKeyValue::apply(Batch const& batch, Tables& tables) {
  for (auto const& change : batch.changes()) {
    auto& entries = tables[static_cast<std::size_t>(change.table)];
    switch (change.act) {
      case Batch::Act::put:
        entries[change.key] = change.value;
        break;
      case Batch::Act::erase:
        entries.erase(change.key);
        break;
      case Batch::Act::erase_prefix: {
        auto it = entries.lower_bound(change.key);
        while (it != entries.end() && it->first.starts_with(change.key)) it = entries.erase(it);
        break;
      }
    }
  }
}

Result<void> SimKeyValue::write(Batch const& batch, Sync sync) {
  if (!failures_.empty()) {
    auto const code = failures_.front();
    failures_.pop_front();
    return fail(code, "simulated database");
  }
  apply(batch, current_);
  pending_.push_back(batch);
  if (sync == Sync::no) return {};
  ++synced_writes_;
  for (auto const& earlier : pending_) apply(earlier, durable_);
  pending_.clear();
  return {};
}

void SimKeyValue::cut_power(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  auto const kept = random() % (pending_.size() + 1);
  for (std::size_t i = 0; i < kept; ++i) apply(pending_[i], durable_);
  pending_.clear();
  failures_.clear();
  current_ = durable_;
}

std::size_t SimKeyValue::entries(Table table) const {
  return current_[static_cast<std::size_t>(table)].size();
}

Result<std::optional<std::string>> SimKeyValue::get(Table table, std::string_view key) {
  auto const& entries = current_[static_cast<std::size_t>(table)];
  auto const found = entries.find(key);
  if (found == entries.end()) return std::optional<std::string>{};
  return std::optional(found->second);
}

Result<void> SimKeyValue::scan(Table table, std::string_view prefix, Visit const& visit) {
  auto const& entries = current_[static_cast<std::size_t>(table)];
  for (auto it = entries.lower_bound(prefix); it != entries.end(); ++it) {
    if (!it->first.starts_with(prefix)) break;
    if (auto const visited = visit(it->first, it->second); !visited) return visited;
  }
  return {};
}

Result<void> SimKeyValue::walk(Table table, std::string_view from, Step const& step) {
  auto const& entries = current_[static_cast<std::size_t>(table)];
  for (auto it = entries.lower_bound(from); it != entries.end(); ++it) {
    if (!step(it->first, it->second)) break;
  }
  return {};
}

}  // namespace freshet::test
