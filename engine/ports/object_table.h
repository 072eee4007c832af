// What the node's cache remembers of its objects: entries in the order of their keys, beside the
// contents of the store that they need.
//
// Any thread; calls wait for the disk. What is written survives the end of the process, and a power
// cut once anything later is durable: then a suffix of the batches may be lost, never one in
// between.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ports/source_id.h"
#include "freshet/error.h"

namespace freshet {

// Changes that happen together or not at all, in this order.
struct ObjectBatch {
  struct Change {
    std::string key;
    std::optional<std::string> value;  // Absent: the entry goes.
  };
  std::vector<Change> changes;
  std::vector<SpoolId> held;    // From now on the store keeps these contents, sealed or not,
  std::vector<SpoolId> let_go;  // until they are let go.
};

class ObjectTable {
 public:
  virtual ~ObjectTable() = default;

  [[nodiscard]] virtual Result<void> write(ObjectBatch batch) = 0;
  [[nodiscard]] virtual Result<std::optional<std::string>> get(std::string_view key) = 0;
  // Every entry from the key `from` on, in order, until `step` says no.
  using Step = std::function<bool(std::string_view key, std::string_view value)>;
  [[nodiscard]] virtual Result<void> walk(std::string_view from, Step const& step) = 0;
};

// Keys that begin so are the store's own: contents that are held.
inline constexpr std::string_view kHeldPrefix = "held/";

}  // namespace freshet
