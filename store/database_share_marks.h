// Share marks in the database, in the table `default` under `share/`.
//
// Loop only; `load` before that.
#pragma once

#include <map>

#include "engine/ports/share_marks.h"
#include "freshet/error.h"
#include "store/key_value.h"
#include "store/work.h"

namespace freshet::store {

class DatabaseShareMarks final : public ShareMarks {
 public:
  DatabaseShareMarks(KeyValue& database, Work& work, std::map<SpoolId, WallTime> marked)
      : database_(database), work_(work), marked_(std::move(marked)) {}

  [[nodiscard]] static Result<std::map<SpoolId, WallTime>> load(KeyValue& database);

  void mark(SpoolId spool, WallTime until) override;
  void unmark(SpoolId spool) override;
  [[nodiscard]] std::map<SpoolId, WallTime> const& marked() const override { return marked_; }
  [[nodiscard]] bool holds(SpoolId spool, WallTime now) const;

 private:
  void write(Batch batch);

  KeyValue& database_;
  Work& work_;
  std::map<SpoolId, WallTime> marked_;
};

}  // namespace freshet::store
