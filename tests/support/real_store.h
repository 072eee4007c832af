// A real store in a directory, with its loop and pool, and calls that wait for their answers.
//
// The test's thread calls; events are kept until looked at.
#pragma once

#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/thread_loop.h"
#include "engine/base/thread_pool.h"
#include "engine/ports/clock.h"
#include "engine/ports/log.h"
#include "store/store.h"
#include "tests/support/sim_store.h"

namespace freshet::test {

class SteadyClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return std::chrono::steady_clock::now(); }
  [[nodiscard]] WallTime wall() const override {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  }
};

class SilentLog final : public Log {
 public:
  [[nodiscard]] bool enabled(LogLevel) const override { return false; }
  void write(LogLevel, std::string_view, std::initializer_list<LogField>) override {}
};

class KeptEvents final : public StoreEvents {
 public:
  void on_piece_present(SpoolId spool, PieceIndex piece, SourceId) override;
  void on_piece_rejected(SpoolId spool, PieceIndex piece, std::vector<Blame> blame) override;
  void on_liars_proven(SpoolId spool, std::vector<Blame> blame) override;
  void on_spool_failed(SpoolId spool, Error error) override;

  // Called on the loop when the first piece of this content is present. Loop only.
  void on_first(SpoolId spool, std::function<void()> then) { first_[spool] = std::move(then); }

  [[nodiscard]] std::size_t present(SpoolId spool);
  [[nodiscard]] std::vector<std::pair<PieceIndex, std::vector<Blame>>> rejected(SpoolId spool);
  [[nodiscard]] std::vector<Blame> liars(SpoolId spool);
  [[nodiscard]] std::optional<Error> failed(SpoolId spool);

 private:
  std::mutex mutex_;
  std::map<SpoolId, std::set<PieceIndex>> present_;
  std::map<SpoolId, std::vector<std::pair<PieceIndex, std::vector<Blame>>>> rejected_;
  std::map<SpoolId, std::vector<Blame>> liars_;
  std::map<SpoolId, Error> failed_;
  std::map<SpoolId, std::function<void()>> first_;  // Loop only.
};

class RealStore {
 public:
  // Throws when it cannot be opened.
  explicit RealStore(std::string const& data_dir, StoreOptions options = {});
  ~RealStore();
  RealStore(RealStore const&) = delete;
  RealStore& operator=(RealStore const&) = delete;

  [[nodiscard]] Store& store() { return *store_; }
  [[nodiscard]] KeptEvents& events() { return events_; }
  [[nodiscard]] Loop& loop() { return loop_; }

  [[nodiscard]] Result<OpenedSpool> open(SpoolSpec spec);
  [[nodiscard]] Result<OpenedSpool> reopen(SpoolId spool);
  [[nodiscard]] Result<void> identify(SpoolId spool, Identity identity);
  [[nodiscard]] Result<Sealed> seal(SpoolId spool);
  [[nodiscard]] Result<void> place(SpoolId spool, Placement placement);
  [[nodiscard]] Result<PieceMap> verify(SpoolId spool);
  [[nodiscard]] Result<void> save(LedgerChange change);
  void discard(SpoolId spool, PieceMap const& pieces);
  void release(SpoolId spool);
  void flush();
  [[nodiscard]] std::vector<StoredContent> list();

  // All of it through one stream of the gate, waiting for room; then `finish`.
  [[nodiscard]] Result<void> write(SpoolId spool, Bytes begin, std::span<std::byte const> bytes,
                                   SourceId who = SourceId{1});
  // Until the content has so many pieces; false after some seconds.
  [[nodiscard]] bool wait_for_pieces(SpoolId spool, std::size_t pieces);
  [[nodiscard]] bool wait_until(std::function<bool()> const& condition);

  // Runs `call` on the loop and waits until it called its argument.
  template <typename T>
  T ask(std::function<void(std::function<void(T)>)> const& call) {
    auto const answer = std::make_shared<std::promise<T>>();
    loop_.post(
        [&call, answer] { call([answer](T value) { answer->set_value(std::move(value)); }); });
    return answer->get_future().get();
  }

 private:
  SteadyClock clock_;
  SilentLog log_;
  ThreadLoop loop_{"store-test"};
  ThreadPool pool_{2};
  KeptEvents events_;
  std::unique_ptr<Store> store_;
};

}  // namespace freshet::test
