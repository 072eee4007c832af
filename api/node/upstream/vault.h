// The store as the node uses it: contents that are filled by the node, read as they are written,
// and sealed when they are whole.
//
// Any thread; answers come on the engine's loop, and are never waited for. Outlives every fill;
// `stop` ends it before the store.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "api/node/objects/body.h"
#include "engine/base/loop.h"
#include "engine/ports/content_store.h"
#include "engine/ports/write_watcher.h"

namespace freshet::node {

struct VaultContent {
  SpoolId spool = SpoolId::none;
  BodyFile file;
  std::optional<Bytes> length;
  RangeSet present;
};

class Vault final : public WriteWatcher, private StoreEvents {
 public:
  using Watch = std::function<void(WriteWatcher*)>;
  Vault(Loop& engine, ContentStore& contents, Watch watch_writes);
  ~Vault() override;

  using Opened = std::function<void(Result<VaultContent>)>;
  // A new one. With `sha256` it is sealed only if it has it. What is written shows in `body`.
  void open(SpoolSpec spec, std::shared_ptr<Body> body, Opened done);
  // One of before. not_found when it is gone.
  void reopen(SpoolId spool, std::shared_ptr<Body> body, Opened done);
  // As soon as all of it is present. Nothing shows in its body any more after `done`.
  void seal(SpoolId spool, std::function<void(Result<Sealed>)> done);
  // It is needed no more by who opened it; what holds it keeps it.
  void release(SpoolId spool);
  // The file of a content that is sealed and so long; not_found when there is none.
  void find(SpoolId spool, Bytes length, std::function<void(Result<BodyFile>)> done);
  // Told on the engine's loop: stored bytes of it turned out wrong.
  void set_damaged(std::function<void(SpoolId)> damaged);

  [[nodiscard]] Gate& gate() { return contents_.gate(); }
  void stop();  // Waits for the loop.

 private:
  void on_written(SpoolId spool, ByteRange bytes) override;
  void on_piece_present(SpoolId spool, PieceIndex piece, SourceId last_sender) override;
  void on_piece_rejected(SpoolId spool, PieceIndex piece, std::vector<Blame> blame) override;
  void on_spool_failed(SpoolId spool, Error error) override;

  void take_in(Result<OpenedSpool> opened, std::shared_ptr<Body> const& body, Opened const& done);
  void try_seal(SpoolId spool);
  void end_seal(SpoolId spool, Result<Sealed> sealed);
  struct Followed {
    std::shared_ptr<Body> body;
    Bytes piece_length = 0;
  };
  void follow(SpoolId spool, Followed followed);
  [[nodiscard]] Followed followed(SpoolId spool);
  std::shared_ptr<Body> unfollow(SpoolId spool);

  Loop& engine_;
  ContentStore& contents_;
  Watch const watch_writes_;
  std::function<void(SpoolId)> damaged_;  // Loop only, as below.
  // Loop only.
  struct Sealing {
    std::function<void(Result<Sealed>)> done;
    bool under_way = false;
  };
  std::map<SpoolId, Sealing> sealing_;
  bool stopped_ = false;
  std::mutex mutex_;
  std::map<SpoolId, Followed> bodies_;  // Under the lock.
};

}  // namespace freshet::node
