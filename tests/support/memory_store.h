// A store in memory for carriers: a gate that verifies pieces as the real one does, and a reader.
//
// Any thread. Outlives every stream it opened and whoever watches it.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/content/manifest.h"
#include "engine/content/piece_map.h"
#include "engine/ports/content_store.h"
#include "engine/ports/gate.h"
#include "engine/ports/piece_reader.h"

namespace freshet::test {

// The canonical manifest of these bytes.
[[nodiscard]] std::shared_ptr<Manifest const> manifest_of(std::string_view bytes);

class MemoryStore final : public Gate, public PieceReader {
 public:
  // An empty content, or one that is wholly there.
  void add(SpoolId spool, std::shared_ptr<Manifest const> manifest);
  void add(SpoolId spool, std::shared_ptr<Manifest const> manifest, std::string bytes);
  // Bytes that were verified are changed on the disk, unnoticed.
  void corrupt(SpoolId spool, Bytes position);
  // Reads that must not wait find nothing from now on.
  void forget_cache();
  // At most this many further bytes are taken, then streams have to wait until more is allowed.
  void allow(Bytes bytes);
  void allow_all();

  // Gate
  [[nodiscard]] std::unique_ptr<GateStream> open(SpoolId spool, SourceId who, Bytes begin,
                                                 std::function<void()> room) override;
  // PieceReader
  [[nodiscard]] Result<Got> read(SpoolId spool, Bytes begin, std::span<std::byte> out,
                                 Patience patience) override;
  void watch(PieceWatcher* watcher) override;

  [[nodiscard]] bool holds(SpoolId spool, std::string const& bytes) const;
  [[nodiscard]] PieceMap present(SpoolId spool) const;
  [[nodiscard]] std::vector<Blame> blames() const;
  [[nodiscard]] Bytes written() const;  // By all streams, useful or not.
  [[nodiscard]] Bytes written_by(SourceId who) const;
  // Whether it came true within ten seconds; checked whenever something was written or judged.
  [[nodiscard]] bool wait_until(std::function<bool()> const& holds) const;
  [[nodiscard]] bool wait_for_all(SpoolId spool) const;
  [[nodiscard]] bool wait_for_waiting() const;

 private:
  class Stream;
  friend class Stream;
  struct Piece {
    std::vector<std::optional<Digest>> leaves;
    std::vector<SourceId> senders;
  };
  struct Content {
    std::shared_ptr<Manifest const> manifest;
    std::string bytes;
    PieceMap present;
    std::map<std::uint32_t, Piece> partial;
  };

  [[nodiscard]] Result<GateStream::Taken> take(Stream& stream, std::span<std::byte const> bytes);
  void put_block(SpoolId spool, SourceId who, Bytes begin, std::span<std::byte const> block);
  void wake_waiting();

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::mutex watcher_mutex_;
  PieceWatcher* watcher_ = nullptr;
  std::map<SpoolId, Content> contents_;
  std::vector<Blame> blames_;
  std::vector<Stream*> waiting_;
  std::map<SourceId, Bytes> written_;
  bool cached_ = true;
  Bytes allowed_ = ~Bytes{0};
};

}  // namespace freshet::test
