// A content store in memory whose bytes can be read from a file as soon as they are written, with
// word of it: what the node needs beside a FakeStore. Contents that a table of objects holds stay.
//
// Loop only. Files have no name on any disk.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "api/descriptor.h"
#include "engine/ports/write_watcher.h"
#include "tests/support/fake_store.h"
#include "tests/support/memory_table.h"
#include "tests/support/sim_loop.h"

namespace freshet::test {

class FiledStore final : public ContentStore, private Gate {
 public:
  FiledStore(SimLoop& loop, MemoryTable const& table)
      : loop_(loop), table_(table), store_(loop, loop) {}

  void set_events(StoreEvents* events) override { store_.set_events(events); }
  void set_other_events(StoreEvents* events) override { store_.set_events(events); }
  void set_watcher(WriteWatcher* watcher) { watcher_ = watcher; }
  [[nodiscard]] Gate& gate() override { return *this; }
  void open(SpoolSpec spec, std::function<void(Result<OpenedSpool>)> done) override;
  void reopen(SpoolId spool, std::function<void(Result<OpenedSpool>)> done) override {
    store_.reopen(spool, std::move(done));
  }
  void identify(SpoolId spool, Identity identity, std::function<void(Result<void>)> done) override {
    store_.identify(spool, std::move(identity), std::move(done));
  }
  void discard(SpoolId spool, PieceMap const& pieces, std::function<void()> done) override {
    store_.discard(spool, pieces, std::move(done));
  }
  void seal(SpoolId spool, std::function<void(Result<Sealed>)> done) override {
    store_.seal(spool, std::move(done));
  }
  void place(SpoolId spool, Placement placement, std::function<void(Result<void>)> done) override {
    store_.place(spool, std::move(placement), std::move(done));
  }
  void release(SpoolId spool) override;
  void flush(std::function<void()> done) override { store_.flush(std::move(done)); }
  [[nodiscard]] std::vector<StoredContent> list() const override { return store_.list(); }
  [[nodiscard]] std::string path_of(SpoolId spool) const override;
  void verify(SpoolId spool, std::function<void(Result<PieceMap>)> done) override {
    store_.verify(spool, std::move(done));
  }

  // For tests.
  [[nodiscard]] FakeStore& inner() { return store_; }
  Duration write_time{};  // From a block's arrival until it can be read from the file.

 private:
  class Stream;
  [[nodiscard]] std::unique_ptr<GateStream> open(SpoolId spool, SourceId who, Bytes begin,
                                                 std::function<void()> room) override;
  void write(SpoolId spool, Bytes begin, std::span<std::byte const> bytes);

  SimLoop& loop_;
  MemoryTable const& table_;
  FakeStore store_;
  WriteWatcher* watcher_ = nullptr;
  std::map<SpoolId, local::Descriptor> files_;
};

}  // namespace freshet::test
