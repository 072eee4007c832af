// The ledger: jobs and files in the database, changes that come together in one synced write.
//
// Loop only.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "engine/ports/ledger.h"
#include "store/key_value.h"
#include "store/spool_refs.h"
#include "store/work.h"

namespace freshet::store {

class DatabaseLedger final : public Ledger {
 public:
  DatabaseLedger(KeyValue& database, Work& work, SpoolRefs& refs)
      : database_(database), work_(work), refs_(refs) {}

  // What a start has read already, for the first `load`.
  void set_read(Contents contents) { read_ = std::move(contents); }
  [[nodiscard]] Result<Contents> load() override;
  void save(LedgerChange change, std::function<void(Result<void>)> done) override;

 private:
  struct Commit {
    Batch batch;
    std::vector<std::function<void(Result<void>)>> waiting;
    Result<void> result;
    Sync sync = Sync::no;
  };
  void begin();

  KeyValue& database_;
  Work& work_;
  SpoolRefs& refs_;
  std::optional<Contents> read_;
  Commit next_;
  bool running_ = false;
};

}  // namespace freshet::store
