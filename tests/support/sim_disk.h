// A disk in memory that loses, tears and reorders what was not synced when the power is cut.
//
// Sparse: only pages that were written take memory. One thread, as all simulation. Files that were
// open before a power cut must not be used after it.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "store/disk.h"

namespace freshet::test {

class SimDisk final : public store::Disk {
 public:
  static constexpr std::size_t kPageBytes = 4096;

  enum class Act { open, read, write, sync, reserve, rename, copy };

  SimDisk() { directories_.insert("/"); }

  // The next such act fails, once.
  void fail_next(Act act, Errc code) { failures_[act].push_back(code); }
  // All files together; writing and reserving beyond it is disk_full.
  void set_capacity(Bytes bytes) { capacity_ = bytes; }
  [[nodiscard]] Bytes used() const;

  // What was not synced is kept, lost or torn as the seed says. Open files are dead.
  void cut_power(std::uint64_t seed);
  // Flips bits of a stored file: rot.
  void damage(std::string const& path, Bytes offset);

  // What a reader sees now; nothing when there is no such file.
  [[nodiscard]] std::optional<std::vector<std::byte>> contents(std::string const& path) const;
  [[nodiscard]] std::size_t syncs() const { return syncs_; }

  // Disk
  [[nodiscard]] Result<std::unique_ptr<store::DiskFile>> open(std::string const& path,
                                                              Mode mode) override;
  [[nodiscard]] Result<bool> rename(std::string const& from, std::string const& to,
                                    bool replace) override;
  [[nodiscard]] Result<bool> link(std::string const& from, std::string const& to) override;
  [[nodiscard]] Result<void> remove(std::string const& path) override;
  [[nodiscard]] Result<store::FileStamp> stamp(std::string const& path) override;
  [[nodiscard]] Result<void> make_directory(std::string const& path) override;
  [[nodiscard]] Result<std::vector<std::string>> list(std::string const& directory) override;
  [[nodiscard]] Result<void> sync_directory(std::string const& path) override;
  [[nodiscard]] Result<void> sync_file_system(std::string const& path) override;

 private:
  friend class SimDiskFile;

  using Page = std::array<std::byte, kPageBytes>;
  struct Inode {
    std::uint64_t number = 0;
    std::map<std::uint64_t, Page> pages;  // As a reader sees them.
    std::map<std::uint64_t, Page> durable;
    std::set<std::uint64_t> dirty;
    Bytes size = 0;
    Bytes durable_size = 0;
    Bytes reserved = 0;
    std::int64_t modified_ns = 0;
    std::int64_t changed_ns = 0;
  };
  using InodePtr = std::shared_ptr<Inode>;  // Shared by names and open files, as on a real disk.
  // A change of names: what a path means from then on; null: nothing.
  struct NameChange {
    std::vector<std::pair<std::string, InodePtr>> names;
  };

  [[nodiscard]] std::optional<Errc> failure(Act act);
  [[nodiscard]] Result<void> take_space(Inode& inode, Bytes reserved);
  void write_page(Inode& inode, std::uint64_t page, std::size_t at,
                  std::span<std::byte const> bytes);
  void sync_inode(Inode& inode);
  void change_names(NameChange change);
  void commit_names(std::size_t count);
  void tear(Inode& inode, std::mt19937_64& random);

  std::map<std::string, InodePtr> names_;
  std::map<std::string, InodePtr> durable_names_;
  std::vector<NameChange> pending_names_;
  std::set<std::string> directories_;
  std::map<Act, std::deque<Errc>> failures_;
  std::optional<Bytes> capacity_;
  std::uint64_t last_inode_ = 0;
  std::int64_t clock_ns_ = 0;
  std::size_t syncs_ = 0;
};

}  // namespace freshet::test
