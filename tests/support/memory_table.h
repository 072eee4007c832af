// A table of objects in memory. Any thread of the test, one at a time.
#pragma once

#include <map>
#include <set>
#include <string>

#include "engine/ports/object_table.h"

namespace freshet::test {

class MemoryTable final : public ObjectTable {
 public:
  [[nodiscard]] Result<void> write(ObjectBatch batch) override {
    for (auto& change : batch.changes) {
      if (change.value) entries[change.key] = *change.value;
      if (!change.value) entries.erase(change.key);
    }
    for (auto const spool : batch.held) held.insert(spool);
    for (auto const spool : batch.let_go) held.erase(spool);
    return {};
  }
  [[nodiscard]] Result<std::optional<std::string>> get(std::string_view key) override {
    auto const found = entries.find(std::string(key));
    if (found == entries.end()) return std::optional<std::string>{};
    return std::optional(found->second);
  }
  [[nodiscard]] Result<void> walk(std::string_view from, Step const& step) override {
    for (auto at = entries.lower_bound(std::string(from)); at != entries.end(); ++at) {
      if (!step(at->first, at->second)) break;
    }
    return {};
  }

  std::map<std::string, std::string> entries;
  std::set<SpoolId> held;
};

}  // namespace freshet::test
