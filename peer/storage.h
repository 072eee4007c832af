// One content as libtorrent's disk calls see it: blocks on their way in, and hash requests that
// wait for the store's word.
//
// libtorrent's thread only. Owned by the disk as long as libtorrent keeps the torrent.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "peer/intake.h"
#include "peer/torrent.h"

namespace freshet::peer {

class Storage final : public HashWaiters {
 public:
  // With the leaves of the piece, or with nothing when the request ended without an answer.
  using HashHandler = std::function<void(std::vector<Digest> const* leaves)>;

  Storage(std::shared_ptr<Torrent> torrent, Gate& gate, std::function<void()> room);
  ~Storage() override;

  [[nodiscard]] Torrent& torrent() { return *torrent_; }
  // True when the block is in the gate or of no use; else `taken` runs once it is.
  bool write(PieceIndex piece, std::uint32_t begin, std::span<std::byte const> block,
             std::function<void()> taken);
  void retry_writes();

  void hash(PieceIndex piece, TimePoint now, HashHandler handler);
  // Ends all waiting hash requests without an answer.
  void release_hashes();

  // HashWaiters
  bool answer(PieceIndex piece, std::vector<Digest> const& leaves) override;
  [[nodiscard]] bool overdue(TimePoint now, Duration limit) const override;
  void flush_streams() override { intake_.finish_streams(); }

 private:
  struct Waiting {
    HashHandler handler;
    TimePoint since{};
    // The store was faster than the last block of a peer: libtorrent wants to hear of all writes
    // first.
    std::optional<std::vector<Digest>> leaves;
  };

  void give(Waiting waiting);

  std::shared_ptr<Torrent> torrent_;
  BlockIntake intake_;
  std::map<std::uint32_t, unsigned> writes_;  // By piece: blocks that the gate did not take yet.
  std::map<std::uint32_t, Waiting> waiting_;
};

}  // namespace freshet::peer
