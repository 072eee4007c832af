#include "store/spool.h"

#include <utility>

namespace freshet::store {

std::string Spool::path() const {
  std::lock_guard const lock(mutex_);
  return path_;
}

void Spool::moved(std::string path) {
  std::lock_guard const lock(mutex_);
  path_ = std::move(path);
}

Result<std::shared_ptr<DiskFile>> Spool::file(Disk& disk, bool create) {
  std::shared_ptr<DiskFile> file;
  {
    std::lock_guard const lock(mutex_);
    if (!file_) {
      auto const fresh = create && !created_ ? Disk::Mode::create : Disk::Mode::write;
      auto opened = disk.open(path_, sealed_ ? Disk::Mode::read : fresh);
      if (!opened) return tl::unexpected(opened.error());
      if (auto const same = remember(**opened); !same) return tl::unexpected(same.error());
      created_ = true;
      file_ = std::move(*opened);
    }
    file = file_;
  }
  open_files_->used(shared_from_this());
  return file;
}

Result<void> Spool::remember(DiskFile& file) {
  auto const stamp = file.stamp();
  if (!stamp) return tl::unexpected(stamp.error());
  if (inode_ != 0 && inode_ != stamp->inode) {
    return fail(Errc::file_changed, path_, "another file stands where it was");
  }
  inode_ = stamp->inode;
  return {};
}

std::uint64_t Spool::inode() const {
  std::lock_guard const lock(mutex_);
  return inode_;
}

void Spool::close_file() {
  std::lock_guard const lock(mutex_);
  file_.reset();
}

void Spool::seal() {
  std::lock_guard const lock(mutex_);
  file_.reset();
  sealed_ = true;
}

void Spool::unseal() {
  std::lock_guard const lock(mutex_);
  file_.reset();
  sealed_ = false;
}

std::optional<std::string> Spool::take_first_record() {
  std::lock_guard const lock(mutex_);
  return std::exchange(first_record_, std::nullopt);
}

Result<void> Spool::takes_bytes() const {
  if (!refuses_) return {};
  std::lock_guard const lock(mutex_);
  if (closed_) return tl::unexpected(*closed_);
  if (broken_) return tl::unexpected(*broken_);
  return {};
}

bool Spool::break_off(Error error) {
  std::lock_guard const lock(mutex_);
  if (broken_ || closed_) return false;
  broken_ = std::move(error);
  refuses_ = true;
  return true;
}

void Spool::close(Error why) {
  std::lock_guard const lock(mutex_);
  if (!closed_) closed_ = std::move(why);
  refuses_ = true;
}

bool Spool::closed() const {
  std::lock_guard const lock(mutex_);
  return closed_.has_value();
}

void Spool::distrust_fresh() {
  std::lock_guard const lock(mutex_);
  fresh_distrusted_ = true;
}

bool Spool::fresh_distrusted() const {
  std::lock_guard const lock(mutex_);
  return fresh_distrusted_;
}

std::optional<Bytes> Spool::length() const {
  std::lock_guard const lock(mutex_);
  if (!book_) return std::nullopt;
  return book_->length();
}

}  // namespace freshet::store
