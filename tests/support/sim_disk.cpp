#include "tests/support/sim_disk.h"

#include <algorithm>

namespace freshet::test {

namespace {

std::string directory_of(std::string const& path) {
  auto const slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

class SimDiskFile final : public store::DiskFile {
 public:
  SimDiskFile(SimDisk& disk, SimDisk::InodePtr inode) : disk_(disk), inode_(std::move(inode)) {}

  Result<void> write_at(std::span<std::byte const> bytes, Bytes offset) override;
  Result<std::size_t> read_at(std::span<std::byte> bytes, Bytes offset) override;
  bool read_cached(std::span<std::byte> bytes, Bytes offset) override {
    auto const got = read_at(bytes, offset);
    return got && *got == bytes.size();
  }
  Result<void> reserve(Bytes length) override;
  Result<void> resize(Bytes length) override;
  Result<void> sync() override;
  void start_writeback(ByteRange) override {}
  Result<store::FileStamp> stamp() override;
  Result<void> set_modified(WallTime modified) override;
  Result<bool> clone_from(DiskFile&) override { return false; }
  Result<void> copy_from(DiskFile& source, ByteRange range, Bytes to) override;

 private:
  SimDisk& disk_;
  SimDisk::InodePtr inode_;
};

Result<void> SimDiskFile::write_at(std::span<std::byte const> bytes, Bytes offset) {
  if (auto const code = disk_.failure(SimDisk::Act::write)) return fail(*code, "simulated");
  Bytes const end = offset + bytes.size();
  if (auto const space = disk_.take_space(*inode_, end); !space) return space;
  while (!bytes.empty()) {
    auto const at = static_cast<std::size_t>(offset % SimDisk::kPageBytes);
    auto const part = bytes.first(std::min(bytes.size(), SimDisk::kPageBytes - at));
    disk_.write_page(*inode_, offset / SimDisk::kPageBytes, at, part);
    offset += part.size();
    bytes = bytes.subspan(part.size());
  }
  inode_->size = std::max(inode_->size, end);
  inode_->modified_ns = inode_->changed_ns = ++disk_.clock_ns_;
  return {};
}

Result<std::size_t> SimDiskFile::read_at(std::span<std::byte> bytes, Bytes offset) {
  if (auto const code = disk_.failure(SimDisk::Act::read)) return fail(*code, "simulated");
  if (offset >= inode_->size) return std::size_t{0};
  bytes = bytes.first(std::min<Bytes>(bytes.size(), inode_->size - offset));
  for (std::size_t done = 0; done < bytes.size();) {
    auto const at = static_cast<std::size_t>((offset + done) % SimDisk::kPageBytes);
    auto const size = std::min(bytes.size() - done, SimDisk::kPageBytes - at);
    auto const found = inode_->pages.find((offset + done) / SimDisk::kPageBytes);
    if (found == inode_->pages.end()) {
      std::fill_n(bytes.data() + done, size, std::byte{0});
    } else {
      std::copy_n(found->second.data() + at, size, bytes.data() + done);
    }
    done += size;
  }
  return bytes.size();
}

Result<void> SimDiskFile::reserve(Bytes length) {
  if (auto const code = disk_.failure(SimDisk::Act::reserve)) return fail(*code, "simulated");
  if (auto const space = disk_.take_space(*inode_, length); !space) return space;
  inode_->size = std::max(inode_->size, length);
  return {};
}

Result<void> SimDiskFile::resize(Bytes length) {
  inode_->size = length;
  auto const first = (length + SimDisk::kPageBytes - 1) / SimDisk::kPageBytes;
  inode_->pages.erase(inode_->pages.lower_bound(first), inode_->pages.end());
  inode_->dirty.erase(inode_->dirty.lower_bound(first), inode_->dirty.end());
  return {};
}

Result<void> SimDiskFile::sync() {
  if (auto const code = disk_.failure(SimDisk::Act::sync)) {
    // As Linux does: the pages count as clean although they never arrived.
    inode_->dirty.clear();
    return fail(*code, "simulated");
  }
  ++disk_.syncs_;
  disk_.sync_inode(*inode_);
  return {};
}

Result<store::FileStamp> SimDiskFile::stamp() {
  return store::FileStamp{.device = 1,
                          .inode = inode_->number,
                          .size = inode_->size,
                          .modified_ns = inode_->modified_ns,
                          .changed_ns = inode_->changed_ns};
}

Result<void> SimDiskFile::set_modified(WallTime modified) {
  inode_->modified_ns = modified.time_since_epoch().count() * 1'000'000;
  inode_->changed_ns = ++disk_.clock_ns_;
  return {};
}

Result<void> SimDiskFile::copy_from(DiskFile& source, ByteRange range, Bytes to) {
  if (auto const code = disk_.failure(SimDisk::Act::copy)) return fail(*code, "simulated");
  std::vector<std::byte> bytes(range.size());
  auto const got = source.read_at(bytes, range.begin);
  if (!got) return tl::unexpected(got.error());
  if (*got < bytes.size()) return fail(Errc::io_error, "simulated", "short");
  return write_at(bytes, to);
}

std::optional<Errc> SimDisk::failure(Act act) {
  auto& waiting = failures_[act];
  if (waiting.empty()) return std::nullopt;
  auto const code = waiting.front();
  waiting.pop_front();
  return code;
}

Bytes SimDisk::used() const {
  std::set<Inode*> seen;
  Bytes bytes = 0;
  for (auto const& [path, inode] : names_) {
    if (seen.insert(inode.get()).second) bytes += inode->reserved;
  }
  return bytes;
}

Result<void> SimDisk::take_space(Inode& inode, Bytes reserved) {
  if (reserved <= inode.reserved) return {};
  if (capacity_ && used() - inode.reserved + reserved > *capacity_) {
    return fail(Errc::disk_full, "simulated");
  }
  inode.reserved = reserved;
  return {};
}

void SimDisk::write_page(Inode& inode, std::uint64_t page, std::size_t at,
                         std::span<std::byte const> bytes) {
  auto& target = inode.pages[page];
  std::copy(bytes.begin(), bytes.end(), target.begin() + static_cast<std::ptrdiff_t>(at));
  inode.dirty.insert(page);
}

void SimDisk::sync_inode(Inode& inode) {
  for (auto const page : inode.dirty) inode.durable[page] = inode.pages[page];
  inode.dirty.clear();
  inode.durable_size = inode.size;
  auto const first = (inode.size + kPageBytes - 1) / kPageBytes;
  inode.durable.erase(inode.durable.lower_bound(first), inode.durable.end());
}

void SimDisk::change_names(NameChange change) {
  for (auto const& [path, inode] : change.names) {
    if (inode) {
      names_[path] = inode;
    } else {
      names_.erase(path);
    }
  }
  pending_names_.push_back(std::move(change));
}

void SimDisk::commit_names(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    for (auto const& [path, inode] : pending_names_[i].names) {
      if (inode) {
        durable_names_[path] = inode;
      } else {
        durable_names_.erase(path);
      }
    }
  }
  pending_names_.erase(pending_names_.begin(),
                       pending_names_.begin() + static_cast<std::ptrdiff_t>(count));
}

void SimDisk::tear(Inode& inode, std::mt19937_64& random) {
  for (auto const page : inode.dirty) {
    auto const dice = random() % 8;
    if (dice < 3) continue;  // Never arrived.
    auto& target = inode.durable[page];
    target = inode.pages[page];
    if (dice == 7) target[random() % kPageBytes] ^= std::byte{0xFF};  // A sector that tore.
  }
  if (random() % 2 == 0) inode.durable_size = inode.size;
  inode.dirty.clear();
  inode.pages = inode.durable;
  inode.size = inode.durable_size;
}

void SimDisk::cut_power(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  commit_names(random() % (pending_names_.size() + 1));
  pending_names_.clear();
  names_ = durable_names_;
  std::set<Inode*> seen;
  for (auto const& [path, inode] : names_) {
    if (seen.insert(inode.get()).second) tear(*inode, random);
  }
  failures_.clear();
}

void SimDisk::damage(std::string const& path, Bytes offset) {
  auto& inode = *names_.at(path);
  auto const page = offset / kPageBytes;
  inode.pages[page][offset % kPageBytes] ^= std::byte{1};
  inode.durable[page] = inode.pages[page];
}

std::optional<std::vector<std::byte>> SimDisk::contents(std::string const& path) const {
  auto const found = names_.find(path);
  if (found == names_.end()) return std::nullopt;
  auto const& inode = *found->second;
  std::vector<std::byte> bytes(inode.size);
  for (auto const& [page, data] : inode.pages) {
    auto const begin = page * kPageBytes;
    if (begin >= bytes.size()) continue;
    auto const size = std::min<Bytes>(kPageBytes, bytes.size() - begin);
    std::copy_n(data.begin(), size, bytes.begin() + static_cast<std::ptrdiff_t>(begin));
  }
  return bytes;
}

Result<std::unique_ptr<store::DiskFile>> SimDisk::open(std::string const& path, Mode mode) {
  if (auto const code = failure(Act::open)) return fail(*code, path);
  auto const found = names_.find(path);
  if (mode != Mode::create) {
    if (found == names_.end()) return fail(Errc::not_found, path);
    return std::make_unique<SimDiskFile>(*this, found->second);
  }
  if (found != names_.end()) return fail(Errc::file_exists, path);
  if (!directories_.contains(directory_of(path))) return fail(Errc::not_found, path);
  auto const inode = std::make_shared<Inode>();
  inode->number = ++last_inode_;
  inode->modified_ns = inode->changed_ns = ++clock_ns_;
  change_names({{{path, inode}}});
  return std::make_unique<SimDiskFile>(*this, inode);
}

Result<bool> SimDisk::rename(std::string const& from, std::string const& to, bool replace) {
  if (auto const code = failure(Act::rename)) return fail(*code, to);
  auto const found = names_.find(from);
  if (found == names_.end()) return fail(Errc::not_found, from);
  if (!replace && names_.contains(to)) return fail(Errc::file_exists, to);
  if (!directories_.contains(directory_of(to))) return fail(Errc::not_found, to);
  auto const inode = found->second;
  inode->changed_ns = ++clock_ns_;
  change_names({{{from, nullptr}, {to, inode}}});
  return true;
}

Result<bool> SimDisk::link(std::string const& from, std::string const& to) {
  auto const found = names_.find(from);
  if (found == names_.end()) return fail(Errc::not_found, from);
  if (names_.contains(to)) return fail(Errc::file_exists, to);
  found->second->changed_ns = ++clock_ns_;
  change_names({{{to, InodePtr(found->second)}}});
  return true;
}

Result<void> SimDisk::remove(std::string const& path) {
  if (names_.contains(path)) change_names({{{path, nullptr}}});
  return {};
}

Result<store::FileStamp> SimDisk::stamp(std::string const& path) {
  auto const found = names_.find(path);
  if (found == names_.end()) return fail(Errc::not_found, path);
  return SimDiskFile(*this, found->second).stamp();
}

Result<void> SimDisk::make_directory(std::string const& path) {
  for (auto slash = path.find('/', 1); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    directories_.insert(path.substr(0, slash));
  }
  directories_.insert(path);
  return {};
}

Result<std::vector<std::string>> SimDisk::list(std::string const& directory) {
  std::vector<std::string> out;
  for (auto const& [path, inode] : names_) {
    if (directory_of(path) == directory) out.push_back(path.substr(directory.size() + 1));
  }
  return out;
}

Result<void> SimDisk::sync_directory(std::string const& path) {
  if (auto const code = failure(Act::sync)) return fail(*code, path);
  ++syncs_;
  // With a journal everything before the last change in this directory becomes durable too.
  std::size_t count = 0;
  for (std::size_t i = 0; i < pending_names_.size(); ++i) {
    for (auto const& [name, inode] : pending_names_[i].names) {
      if (directory_of(name) == path) count = i + 1;
    }
  }
  commit_names(count);
  return {};
}

Result<void> SimDisk::sync_file_system(std::string const& path) {
  if (auto const code = failure(Act::sync)) return fail(*code, path);
  ++syncs_;
  commit_names(pending_names_.size());
  for (auto const& [name, inode] : names_) sync_inode(*inode);
  return {};
}

}  // namespace freshet::test
