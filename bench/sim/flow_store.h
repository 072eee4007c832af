// A content store without bytes: it keeps which blocks arrived and says when pieces are whole.
// Keeps the order of the port's events; everything is durable, and right unless its carrier says
// otherwise.
//
// Loop only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "engine/base/loop.h"
#include "engine/ports/clock.h"
#include "engine/ports/content_store.h"

namespace freshet::sim {

class FlowStore final : public ContentStore {
 public:
  struct Times {
    Duration verify = std::chrono::milliseconds{1};  // From a piece's last block to the event.
    Duration seal = std::chrono::milliseconds{5};
  };
  FlowStore(Loop& loop, Clock& clock, Times times) : loop_(loop), clock_(clock), times_(times) {}

  // What a carrier calls instead of the gate: whole blocks, or up to the content's end.
  void arrive(SpoolId spool, ByteRange bytes, SourceId who, bool right = true);
  // Runs before the engine hears of a piece, for those who serve it.
  void on_verified(std::function<void(SpoolId, PieceIndex)> then) { verified_ = std::move(then); }
  [[nodiscard]] PieceMap const& pieces_of(SpoolId spool) const { return spools_.at(spool).present; }

  void set_events(StoreEvents* events) override { events_ = events; }
  [[nodiscard]] Gate& gate() override;
  void open(SpoolSpec spec, std::function<void(Result<OpenedSpool>)> done) override;
  void reopen(SpoolId spool, std::function<void(Result<OpenedSpool>)> done) override;
  void identify(SpoolId spool, Identity identity, std::function<void(Result<void>)> done) override;
  void discard(SpoolId spool, PieceMap const& pieces, std::function<void()> done) override;
  void seal(SpoolId spool, std::function<void(Result<Sealed>)> done) override;
  void place(SpoolId spool, Placement placement, std::function<void(Result<void>)> done) override;
  void release(SpoolId) override {}
  void flush(std::function<void()> done) override { loop_.post(std::move(done)); }
  [[nodiscard]] std::vector<StoredContent> list() const override { return {}; }
  [[nodiscard]] std::string path_of(SpoolId) const override { return {}; }
  void verify(SpoolId spool, std::function<void(Result<PieceMap>)> done) override;

 private:
  struct Spool {
    SpoolSpec spec;
    Bytes length = 0;
    Bytes piece_length = 0;
    PieceMap blocks;
    std::vector<std::uint32_t> blocks_missing;  // By piece.
    PieceMap present;
    std::map<PieceIndex, SourceId> spoiled;  // By whom.
  };

  void finish_piece(SpoolId id, PieceIndex piece, SourceId who);
  void drop(Spool& spool, PieceIndex piece);
  void after(Duration span, std::function<void()> then);

  Loop& loop_;
  Clock& clock_;
  Times times_;
  StoreEvents* events_ = nullptr;
  std::function<void(SpoolId, PieceIndex)> verified_;
  std::map<SpoolId, Spool> spools_;
  std::uint64_t last_spool_ = 0;
  std::shared_ptr<FlowStore*> alive_ = std::make_shared<FlowStore*>(this);
};

}  // namespace freshet::sim
