// What swarms read of stored contents. Any thread; lives as long as the store.
#pragma once

#include "engine/ports/piece_reader.h"
#include "store/disk.h"
#include "store/intake.h"
#include "store/spool_gate.h"

namespace freshet::store {

class SpoolReader final : public PieceReader {
 public:
  SpoolReader(Disk& disk, SpoolGate& gate, Intake& intake)
      : disk_(disk), gate_(gate), intake_(intake) {}

  [[nodiscard]] Result<Got> read(SpoolId spool, Bytes begin, std::span<std::byte> out,
                                 Patience patience) override;
  void watch(PieceWatcher* watcher) override { intake_.watch(watcher); }

 private:
  Disk& disk_;
  SpoolGate& gate_;
  Intake& intake_;
};

}  // namespace freshet::store
