// The node's objects in the database: the table `objects`.
//
// Any thread, but for `load_held`, which comes before all else.
#pragma once

#include <vector>

#include "engine/ports/object_table.h"
#include "store/key_value.h"
#include "store/spool_refs.h"
#include "store/work.h"

namespace freshet::store {

class DatabaseObjects final : public ObjectTable {
 public:
  DatabaseObjects(KeyValue& database, Work& work, SpoolRefs& refs)
      : database_(database), work_(work), refs_(refs) {}

  // Contents that objects need, as of the last run.
  [[nodiscard]] static Result<std::vector<SpoolId>> load_held(KeyValue& database);

  [[nodiscard]] Result<void> write(ObjectBatch batch) override;
  [[nodiscard]] Result<std::optional<std::string>> get(std::string_view key) override;
  [[nodiscard]] Result<void> walk(std::string_view from, Step const& step) override;

 private:
  KeyValue& database_;
  Work& work_;
  SpoolRefs& refs_;
};

}  // namespace freshet::store
