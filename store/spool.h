// One content while the store has it open: its file, its book, and whether it takes bytes.
//
// Any thread; one lock over everything that changes. Shared by the store, the streams of carriers
// and the work under way; the last of them ends it, `close` tells them that it is over.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "store/disk.h"
#include "store/growing_tree.h"
#include "store/open_files.h"
#include "store/piece_book.h"
#include "store/suspects.h"

namespace freshet::store {

class Spool : public std::enable_shared_from_this<Spool> {
 public:
  Spool(SpoolId id, std::string path, std::shared_ptr<OpenFiles> open_files)
      : id_(id), open_files_(std::move(open_files)), path_(std::move(path)) {}
  // A small content: its file and its record are made when the first bytes come, all of which come
  // through one lane.
  Spool(SpoolId id, std::string path, std::shared_ptr<OpenFiles> open_files,
        std::string first_record)
      : id_(id),
        lazy_(true),
        open_files_(std::move(open_files)),
        path_(std::move(path)),
        first_record_(std::move(first_record)) {}
  ~Spool() { open_files_->forget(this); }
  Spool(Spool const&) = delete;
  Spool& operator=(Spool const&) = delete;

  [[nodiscard]] SpoolId id() const { return id_; }
  [[nodiscard]] std::string path() const;
  void moved(std::string path);  // By a rename; the open file stays.

  // The file, opened now unless it is, or (with `create`) made the first time. Shared: whoever
  // still reads or writes keeps it open. file_changed when another file has come to its place.
  [[nodiscard]] Result<std::shared_ptr<DiskFile>> file(Disk& disk, bool create = false);
  // Of the file, since it was opened first; until then 0.
  [[nodiscard]] std::uint64_t inode() const;
  void close_file();  // Until it is needed again.
  // Complete: no more bytes, the file is only read. And back, when some of them turn out wrong.
  void seal();
  void unseal();
  [[nodiscard]] bool lazy() const { return lazy_; }
  // What still has to be written with the first piece.
  [[nodiscard]] std::optional<std::string> take_first_record();

  // Whether bytes are taken: an error says why not. Cheap.
  [[nodiscard]] Result<void> takes_bytes() const;
  // The first error counts; true when this was it.
  bool break_off(Error error);
  void close(Error why);  // For good: released, or the store stops.
  [[nodiscard]] bool closed() const;
  // A sync failed: what is not durable cannot be believed any more, the kernel may have dropped it.
  void distrust_fresh();
  [[nodiscard]] bool fresh_distrusted() const;

  // The book, locked as long as the return value lives. Absent while the length is unknown.
  class Locked {
   public:
    explicit Locked(Spool& spool) : spool_(spool), lock_(spool.mutex_) {}
    [[nodiscard]] std::optional<PieceBook>& book() { return spool_.book_; }
    PieceBook* operator->() { return &*spool_.book_; }
    [[nodiscard]] GrowingTree& tree() { return spool_.tree_; }
    [[nodiscard]] Bytes& grown() { return spool_.grown_; }
    [[nodiscard]] Suspects& suspects() { return spool_.suspects_; }

   private:
    Spool& spool_;
    std::lock_guard<std::mutex> lock_;
  };
  [[nodiscard]] Locked lock() { return Locked(*this); }

  // Known since it was opened or since its stream finished.
  [[nodiscard]] std::optional<Bytes> length() const;

 private:
  friend class Locked;
  [[nodiscard]] Result<void> remember(DiskFile& file);

  SpoolId const id_;
  bool const lazy_ = false;
  std::shared_ptr<OpenFiles> const open_files_;
  mutable std::mutex mutex_;
  std::string path_;
  std::shared_ptr<DiskFile> file_;
  std::uint64_t inode_ = 0;
  bool created_ = false;
  std::optional<PieceBook> book_;
  // Hashes of four of the largest pieces, at most.
  static constexpr std::size_t kSuspectBlocksMax = 1024;
  Suspects suspects_{kSuspectBlocksMax};
  std::optional<std::string> first_record_;
  GrowingTree tree_;  // While the length is unknown,
  Bytes grown_ = 0;   // and how far it has come.
  std::optional<Error> closed_;
  std::optional<Error> broken_;
  bool fresh_distrusted_ = false;
  bool sealed_ = false;
  std::atomic<bool> refuses_ = false;
};

}  // namespace freshet::store
