#include "tests/support/filed_store.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/base/assert.h"

namespace freshet::test {

// What the store takes is written to the file block by block, as the store itself does.
class FiledStore::Stream final : public GateStream {
 public:
  Stream(FiledStore& store, SpoolId spool, Bytes begin, std::unique_ptr<GateStream> inner)
      : store_(store), spool_(spool), at_(begin), inner_(std::move(inner)) {}

  // Block by block: of those before one that fails the store has kept what it took.
  Result<Taken> write(std::span<std::byte const> bytes) override {
    while (!bytes.empty()) {
      auto const part =
          bytes.first(std::min<std::size_t>(bytes.size(), kBlockBytes - block_.size()));
      auto const taken = inner_->write(part);
      if (!taken || *taken == Taken::wait) return taken;
      block_.insert(block_.end(), part.begin(), part.end());
      if (block_.size() == kBlockBytes) hand_on();
      bytes = bytes.subspan(part.size());
    }
    return Taken::all;
  }

  void finish() override {
    if (!block_.empty()) hand_on();
    inner_->finish();
  }

 private:
  void hand_on() {
    store_.write(spool_, at_, block_);
    at_ += block_.size();
    block_.clear();
  }

  FiledStore& store_;
  SpoolId spool_;
  Bytes at_;
  std::unique_ptr<GateStream> inner_;
  std::vector<std::byte> block_;
};

std::unique_ptr<GateStream> FiledStore::open(SpoolId spool, SourceId who, Bytes begin,
                                             std::function<void()> room) {
  auto inner = store_.gate().open(spool, who, begin, std::move(room));
  return std::make_unique<Stream>(*this, spool, begin, std::move(inner));
}

void FiledStore::write(SpoolId spool, Bytes begin, std::span<std::byte const> bytes) {
  auto const file = files_.find(spool);
  if (file == files_.end()) return;
  auto const wrote =
      ::pwrite(file->second.get(), bytes.data(), bytes.size(), static_cast<off_t>(begin));
  FRESHET_ASSERT(wrote == static_cast<ssize_t>(bytes.size()));
  ByteRange const range{begin, begin + bytes.size()};
  static_cast<void>(loop_.at(loop_.now() + write_time, [this, spool, range] {
    if (watcher_ != nullptr) watcher_->on_written(spool, range);
  }));
}

void FiledStore::open(SpoolSpec spec, std::function<void(Result<OpenedSpool>)> done) {
  store_.open(std::move(spec), [this, done = std::move(done)](Result<OpenedSpool> opened) {
    if (opened) files_[opened->id] = local::Descriptor(::memfd_create("content", MFD_CLOEXEC));
    done(std::move(opened));
  });
}

void FiledStore::release(SpoolId spool) {
  if (table_.held.contains(spool)) return;
  store_.release(spool);
  if (!store_.holds(spool)) files_.erase(spool);
}

std::string FiledStore::path_of(SpoolId spool) const {
  auto const file = files_.find(spool);
  return file == files_.end() ? std::string()
                              : "/proc/self/fd/" + std::to_string(file->second.get());
}

}  // namespace freshet::test
