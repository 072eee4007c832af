// Where contents live: on disk while they arrive (the spool), afterwards in the cache or at the
// place where the application wanted them.
//
// Loop only, except `gate()`. Callbacks and events run on the loop, in the order in which things
// became true. Only verified and durable pieces survive a crash; verified pieces that were not yet
// durable are hashed again when the spool is reopened and counted if they are right.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/content/manifest.h"
#include "engine/content/piece_hash_file.h"
#include "engine/content/piece_map.h"
#include "engine/ports/gate.h"
#include "engine/ports/source_id.h"
#include "freshet/content_id.h"
#include "freshet/error.h"

namespace freshet {

// What is known of a content when its spool is opened. Everything may be absent.
struct Identity {
  std::shared_ptr<Manifest const>
      manifest;                  // Pieces are checked as they come. Never changes once set.
  std::optional<Digest> sha256;  // The whole is checked when it is sealed.
  // SHA-256 of consecutive pieces of their own length; no part of the hash tree. Checked when the
  // content is sealed at the latest; pieces that hold wrong bytes are then rejected through events.
  std::shared_ptr<PieceHashes const> piece_hashes;
  // Nobody vouches for the manifest: where pieces that are present differ from it, `identify`
  // refuses it instead of them.
  bool doubtful = false;
};

struct SpoolSpec {
  std::optional<Bytes> length;  // Absent: one stream from 0, the end is where it finishes.
  Identity identity;
};

struct OpenedSpool {
  SpoolId id = SpoolId::none;
  SpoolSpec spec;
  Bytes piece_length = 0;
  PieceMap present;    // Verified (or, without a manifest, received) and on disk.
  Bytes salvaged = 0;  // Of these, what was not yet durable before a crash and was hashed again.
};

// Bytes that turned out wrong, and who sent them.
struct Blame {
  SourceId who = SourceId::none;
  ByteRange range;  // Whole blocks.
  Digest expected;  // Root of the piece, or hash of the block.
  Digest got;
  bool certain = false;  // This source alone sent the piece, or its block hash is proven wrong.
};

class StoreEvents {
 public:
  virtual ~StoreEvents() = default;
  // The piece can be served. Without a manifest: it is whole.
  virtual void on_piece_present(SpoolId spool, PieceIndex piece, SourceId last_sender) = 0;
  // The piece was dropped and must be fetched again.
  virtual void on_piece_rejected(SpoolId spool, PieceIndex piece, std::vector<Blame> blame) = 0;
  // The piece has come right: who of several senders had sent which wrong bytes before. Each names
  // one block, with its hash as it should be and as it was.
  virtual void on_liars_proven(SpoolId /*spool*/, std::vector<Blame> /*blame*/) {}
  // The spool takes no more bytes until it is reopened: disk_full, quota_exceeded, io_error,
  // read_only.
  virtual void on_spool_failed(SpoolId spool, Error error) = 0;
};

// A content that is complete, right and durable.
struct Sealed {
  ContentId content;
  std::optional<Digest> sha256;  // Present when it was asked for.
  std::shared_ptr<Manifest const> manifest;
};

struct Placement {
  std::string path;                  // Absolute; its directory exists.
  std::vector<ByteRange> ranges;     // Empty: the whole. Otherwise these, joined in this order.
  bool replace = true;               // Whether an existing file may be replaced (atomically).
  bool keep_sharing = true;          // The content stays in the store, by rename or link if it can.
  std::optional<WallTime> modified;  // Becomes the file's modification time.
};

// A content, or parts of one, that were asked for to be copied elsewhere. Any thread; it stays
// readable as long as this lives, whatever becomes of the content.
class LentContent {
 public:
  virtual ~LentContent() = default;
  // Fills an open file that stays the caller's: nothing else is in it, and it is durable.
  // invalid_argument unless it is a regular file open for writing. Waits for the disk, and for
  // whoever serves that file.
  [[nodiscard]] virtual Result<void> copy_into(int descriptor) = 0;
  // Fills `out` with its bytes from `begin` on; invalid_range beyond its end. Waits for the disk.
  [[nodiscard]] virtual Result<void> read(Bytes begin, std::span<std::byte> out) = 0;
};

// What of a content is there.
struct PresentPieces {
  Bytes length = 0;
  Bytes piece_length = 0;
  PieceMap pieces;
};

struct StoredContent {
  SpoolId spool = SpoolId::none;
  std::optional<ContentId> content;  // Absent while the identity is unknown.
  std::optional<Bytes> length;
  Bytes present = 0;
  bool sealed = false;
  std::string path;                // Where its bytes lie now.
  std::optional<Digest> sha256{};  // Of the whole; present when it was compared with one.
};

class ContentStore {
 public:
  virtual ~ContentStore() = default;

  virtual void set_events(StoreEvents* events) = 0;  // One listener: the engine.
  // And another, who hears the same after it: who fills contents beside the engine. Null ends it.
  virtual void set_other_events(StoreEvents*) {}
  [[nodiscard]] virtual Gate& gate() = 0;  // Any thread.

  // A new spool, its space reserved. When a sealed content with this identity is already there and
  // unchanged on disk, that one is opened instead: everything is present. The id is durable with
  // the next `flush` or sealed piece epoch; a spool no job refers to is removed at the next start.
  virtual void open(SpoolSpec spec, std::function<void(Result<OpenedSpool>)> done) = 0;
  // A spool of an earlier run, salvaged. `not_found` when it is gone.
  virtual void reopen(SpoolId spool, std::function<void(Result<OpenedSpool>)> done) = 0;

  // The identity became known later. Pieces that are present are compared with it; wrong ones are
  // rejected through events before `done`. `manifest_mismatch` when the length differs, or the
  // identity is doubtful and they do. Of a sealed content the SHA-256 is not taken.
  virtual void identify(SpoolId spool, Identity identity,
                        std::function<void(Result<void>)> done) = 0;
  // Forgets pieces that the engine no longer believes.
  virtual void discard(SpoolId spool, PieceMap const& pieces, std::function<void()> done) = 0;

  // Everything is present: computes what is missing of the identity, compares the SHA-256 of the
  // whole when one was given (`digest_mismatch` names nobody and keeps the pieces) and the piece
  // hashes (`digest_mismatch` too, after the wrong pieces were rejected), makes it durable.
  virtual void seal(SpoolId spool, std::function<void(Result<Sealed>)> done) = 0;
  // Puts a sealed content, or ranges that are present of an unsealed one, where the application
  // wants it. Durable when `done` runs. Errors leave the spool as it was.
  virtual void place(SpoolId spool, Placement placement,
                     std::function<void(Result<void>)> done) = 0;

  // What `place` would put at the path, to be put somewhere without any right of this process. The
  // path only names it in errors. not_supported by stores without files.
  using Lent = std::function<void(Result<std::shared_ptr<LentContent>>)>;
  virtual void lend(SpoolId, Placement placement, Lent done) {
    done(fail(Errc::not_supported, placement.path, "this store lends nothing"));
  }

  // No job and no transfer needs it. A sealed content stays in the cache by its rules; anything
  // else is deleted.
  virtual void release(SpoolId spool) = 0;
  // Everything reported by events so far is durable when `done` runs.
  virtual void flush(std::function<void()> done) = 0;

  [[nodiscard]] virtual std::vector<StoredContent> list() const = 0;
  // Where its bytes lie now; empty when there is no such spool.
  [[nodiscard]] virtual std::string path_of(SpoolId spool) const = 0;
  // Nothing while the length is unknown, or a content that is not whole is closed.
  [[nodiscard]] virtual std::optional<PresentPieces> present(SpoolId) const { return {}; }
  // Forgets a sealed content that nobody needs and deletes its bytes, unless they are a placed
  // file. How many bytes were deleted; invalid_state while somebody needs it.
  [[nodiscard]] virtual Result<Bytes> purge(SpoolId) {
    return fail(Errc::not_supported, "store", "deletes nothing when asked to");
  }
  // Hashes a sealed content again; wrong pieces are rejected through events and unseal it.
  virtual void verify(SpoolId spool, std::function<void(Result<PieceMap>)> done) = 0;
};

}  // namespace freshet
