// The one sequential pass over a content: its SHA-256 and the piece hashes of Delivery
// Optimization. It follows the pieces that are present from the start on, so that it is nearly done
// when the last one arrives; what it reads is still in the page cache.
//
// Loop only; the reading runs on the workers. Shared with the work under way, which ends it.
#pragma once

#include <functional>
#include <memory>

#include "engine/base/hash.h"
#include "engine/content/piece_hash_file.h"
#include "store/spool.h"
#include "store/work.h"

namespace freshet::store {

class DigestPass : public std::enable_shared_from_this<DigestPass> {
 public:
  struct Outcome {
    std::optional<Digest> sha256;
    std::vector<ByteRange> wrong;  // By the piece hashes.
  };

  DigestPass(std::shared_ptr<Spool> spool, Disk& disk, Work& work, bool sha256,
             std::shared_ptr<PieceHashes const> hashes);

  // More may be present than before.
  void advance();
  // Everything is present; `done` runs once, on the loop.
  void finish(std::function<void(Result<Outcome>)> done);
  // Goes no further; whoever waits is told.
  void cancel();

 private:
  void run();  // On a worker.
  [[nodiscard]] Bytes present_until(Bytes begin) const;
  [[nodiscard]] Result<void> read(Bytes until);
  void on_step(Result<void> const& step);

  std::shared_ptr<Spool> spool_;
  Disk& disk_;
  Work& work_;
  Bytes const length_;
  bool const wants_sha256_;
  bool running_ = false;
  bool cancelled_ = false;
  std::function<void(Result<Outcome>)> done_;

  // Of the step under way, else of the loop.
  Sha256 hash_;
  std::optional<PieceHashVerifier> verifier_;
  Bytes next_ = 0;
};

}  // namespace freshet::store
