// A content store in memory that keeps the contract of the port: real hashes, real blame, events in
// order through the loop. Nothing survives it; crashes are for the real store.
//
// Loop only, its gate too.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/loop.h"
#include "engine/ports/clock.h"
#include "engine/ports/content_store.h"

namespace freshet::test {

class FakeStore final : public ContentStore, private Gate {
 public:
  explicit FakeStore(Loop& loop, Clock const& clock) : loop_(loop), clock_(clock) {}

  void set_events(StoreEvents* events) override { events_ = events; }
  [[nodiscard]] Gate& gate() override { return *this; }
  void open(SpoolSpec spec, std::function<void(Result<OpenedSpool>)> done) override;
  void reopen(SpoolId spool, std::function<void(Result<OpenedSpool>)> done) override;
  void identify(SpoolId spool, Identity identity, std::function<void(Result<void>)> done) override;
  void discard(SpoolId spool, PieceMap const& pieces, std::function<void()> done) override;
  void seal(SpoolId spool, std::function<void(Result<Sealed>)> done) override;
  void place(SpoolId spool, Placement placement, std::function<void(Result<void>)> done) override;
  void release(SpoolId spool) override;
  void flush(std::function<void()> done) override { loop_.post(std::move(done)); }
  [[nodiscard]] std::vector<StoredContent> list() const override;
  [[nodiscard]] std::string path_of(SpoolId) const override { return {}; }
  void verify(SpoolId spool, std::function<void(Result<PieceMap>)> done) override;

  // For tests.
  [[nodiscard]] std::string const* bytes(SpoolId spool) const;
  [[nodiscard]] bool holds(SpoolId spool) const { return spools_.contains(spool); }
  [[nodiscard]] std::size_t spools() const { return spools_.size(); }
  // Every spool fails with `error` once this many further bytes were written.
  void fail_after(Bytes bytes, Error error);
  void heal() { failing_.reset(); }
  // Says that a piece is wrong and who is to blame.
  void reject(SpoolId id, PieceIndex piece, std::vector<Blame> blame);
  // How long sealing takes; spools that are sealed together share it.
  Duration open_time{};  // Of a new spool.
  Duration seal_time{};
  Duration judge_time{};  // How long it takes to say that a piece is present.
  // The gate hands out no room while this is set; streams that wait get it when it is cleared.
  void set_full(bool full);

 private:
  class Stream;
  struct Spool {
    SpoolSpec spec;
    Bytes piece_length = 0;
    std::string bytes;
    std::vector<SourceId> senders;              // By block; none: not there.
    std::vector<std::uint32_t> blocks_missing;  // By piece.
    PieceMap present;
    std::optional<Sealed> sealed;
    bool failed = false;
  };

  [[nodiscard]] std::unique_ptr<GateStream> open(SpoolId spool, SourceId who, Bytes begin,
                                                 std::function<void()> room) override;
  [[nodiscard]] Result<void> put_block(SpoolId id, Bytes begin, std::string_view bytes,
                                       SourceId who);
  void finish_unknown(SpoolId id, Bytes length, SourceId who);
  void size_spool(Spool& spool, Bytes length);
  void judge_piece(SpoolId id, PieceIndex piece, SourceId last);
  void drop_piece(Spool& spool, PieceIndex piece);
  [[nodiscard]] Digest root_of(Spool const& spool, PieceIndex piece) const;
  [[nodiscard]] Result<Sealed> seal_now(SpoolId id);
  [[nodiscard]] OpenedSpool describe(SpoolId id) const;

  Loop& loop_;
  Clock const& clock_;
  StoreEvents* events_ = nullptr;
  std::map<SpoolId, Spool> spools_;
  std::uint64_t last_spool_ = 0;
  struct Failing {
    Bytes left = 0;
    Error error;
  };
  std::optional<Failing> failing_;
  bool full_ = false;
  std::vector<std::function<void()>> waiting_;
};

}  // namespace freshet::test
