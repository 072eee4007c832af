// What has arrived of one content: blocks of unfinished pieces and who sent them, whole pieces, and
// which of these are durable.
//
// Pure, no lock: `Spool` guards it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "engine/content/manifest.h"
#include "engine/content/piece_map.h"
#include "engine/ports/content_store.h"
#include "engine/ports/source_id.h"

namespace freshet::store {

class PieceBook {
 public:
  PieceBook(Bytes length, Bytes piece_length, std::size_t partial_blocks_max);

  [[nodiscard]] Bytes length() const { return length_; }
  [[nodiscard]] Bytes piece_length() const { return piece_length_; }
  [[nodiscard]] std::uint32_t pieces() const { return present_.size(); }
  [[nodiscard]] ByteRange bytes(PieceIndex piece) const {
    return bytes_of(piece, piece_length_, length_);
  }
  [[nodiscard]] PieceMap const& present() const { return present_; }
  [[nodiscard]] PieceMap const& durable() const { return durable_; }
  [[nodiscard]] std::shared_ptr<Manifest const> const& manifest() const { return manifest_; }
  // Of a piece that is present.
  [[nodiscard]] Digest const& root(PieceIndex piece) const;
  [[nodiscard]] Bytes bytes_in(PieceMap const& pieces) const;

  // From here on whole pieces are compared with it. Same geometry.
  void expect(std::shared_ptr<Manifest const> manifest);
  [[nodiscard]] std::optional<Digest> expected(PieceIndex piece) const;

  // Blocks of one piece that are not there yet. The attempt tells a piece that was dropped and
  // begun anew from the one the blocks were wanted for.
  struct Run {
    PieceIndex piece{};
    std::uint64_t attempt = 0;
    ByteRange range;
  };
  struct Wanted {
    std::vector<Run> runs;
    std::vector<PieceIndex> evicted;  // Unfinished pieces forgotten to stay below the limit.
  };
  [[nodiscard]] Wanted wanted(ByteRange range);

  // All blocks of a piece, to be judged outside of any lock. The book keeps its place until
  // `settle` or `drop`.
  struct Full {
    PieceIndex piece{};
    std::uint64_t attempt = 0;
    std::vector<Digest> leaves;
    std::vector<SourceId> senders;
  };
  [[nodiscard]] std::optional<Full> add(Run const& run, std::span<Digest const> leaves,
                                        SourceId who);
  // False: the piece was dropped in the meantime.
  bool settle(PieceIndex piece, std::uint64_t attempt, Digest const& root);
  // As found at an earlier run or by hashing again.
  void restore(PieceIndex piece, Digest const& root, bool durable);
  void restore_all();  // Every piece, durable; there is a manifest.
  void drop(PieceIndex piece);
  [[nodiscard]] bool current(PieceIndex piece, std::uint64_t attempt) const;

  // Pieces that became present since the last call: the next epoch's.
  [[nodiscard]] std::vector<PieceIndex> take_fresh();
  [[nodiscard]] bool has_fresh() const { return !fresh_.empty(); }
  // After their data was synced: durable, unless they were dropped in the meantime, even when they
  // arrived again. Gives back those that became durable.
  [[nodiscard]] std::vector<PieceIndex> confirm(std::span<PieceIndex const> pieces);
  // The record of them could not be written after all.
  void unconfirm(std::span<PieceIndex const> pieces);

 private:
  struct Partial {
    std::uint64_t attempt = 0;
    std::vector<Digest> leaves;
    std::vector<SourceId> senders;
    std::vector<bool> there;
    std::uint32_t missing = 0;
    bool judged = false;  // Full, its verdict is on the way.
  };

  [[nodiscard]] Partial& partial(PieceIndex piece);
  void evict_above_limit(PieceIndex keep, std::vector<PieceIndex>& evicted);

  Bytes length_;
  Bytes piece_length_;
  std::size_t partial_blocks_max_;
  std::size_t partial_blocks_ = 0;
  std::uint64_t last_attempt_ = 0;
  PieceMap present_;
  PieceMap durable_;
  std::unordered_set<std::uint32_t> fresh_;
  std::vector<Digest> roots_;  // Empty once a manifest says it.
  std::shared_ptr<Manifest const> manifest_;
  std::unordered_map<std::uint32_t, Partial> partials_;
};

// Who sent which blocks of a piece that turned out wrong.
[[nodiscard]] std::vector<Blame> blame(PieceBook::Full const& full, ByteRange bytes,
                                       Digest const& expected, Digest const& got);

}  // namespace freshet::store
