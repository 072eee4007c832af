// A store in a simulated process: its loop, workers that take turns by seed, and what it reported.
//
// The disk and the database outlive the process. Destroying it is what SIGKILL does; `stop` is the
// orderly end. One thread.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "engine/ports/log.h"
#include "store/store.h"
#include "tests/support/sim_disk.h"
#include "tests/support/sim_key_value.h"
#include "tests/support/sim_loop.h"

namespace freshet::test {

// Lanes keep their order; which lane goes on next is up to the seed.
class ShuffledPool final : public Pool {
 public:
  ShuffledPool(SimLoop& loop, std::uint64_t seed) : loop_(loop), random_(seed) {}
  void run(std::uint64_t lane, std::function<void()> task) override;
  void drop_all() { lanes_.clear(); }

 private:
  void run_one();

  SimLoop& loop_;
  std::mt19937_64 random_;
  std::map<std::uint64_t, std::deque<std::function<void()>>> lanes_;
};

class SimStore final : private StoreEvents, private Log {
 public:
  // Throws when the store cannot be opened.
  SimStore(std::shared_ptr<SimDisk> disk, std::shared_ptr<SimKeyValue> database,
           StoreOptions options, std::uint64_t seed);
  ~SimStore() override;
  SimStore(SimStore const&) = delete;
  SimStore& operator=(SimStore const&) = delete;

  [[nodiscard]] Store& store() { return *store_; }
  [[nodiscard]] ContentStore& contents() { return store_->contents(); }
  [[nodiscard]] SimLoop& loop() { return loop_; }

  // These run the loop until the answer is there.
  [[nodiscard]] Result<OpenedSpool> open(SpoolSpec spec);
  [[nodiscard]] Result<OpenedSpool> reopen(SpoolId spool);
  [[nodiscard]] Result<void> identify(SpoolId spool, Identity identity);
  [[nodiscard]] Result<Sealed> seal(SpoolId spool);
  [[nodiscard]] Result<void> place(SpoolId spool, Placement placement);
  [[nodiscard]] Result<PieceMap> verify(SpoolId spool);
  [[nodiscard]] Result<void> save(LedgerChange change);
  void discard(SpoolId spool, PieceMap const& pieces);
  void flush();
  void stop();

  // Through one stream, as a carrier would; what is written has been judged when it returns.
  [[nodiscard]] Result<void> write(SpoolId spool, Bytes begin, std::span<std::byte const> bytes,
                                   SourceId who = SourceId{1});
  // The same, but only handed to the gate.
  [[nodiscard]] Result<void> hand_on(SpoolId spool, Bytes begin, std::span<std::byte const> bytes,
                                     SourceId who = SourceId{1});

  struct Rejection {
    PieceIndex piece{};
    std::vector<Blame> blame;
  };
  [[nodiscard]] std::set<PieceIndex> const& present(SpoolId spool) { return present_[spool]; }
  [[nodiscard]] std::vector<Rejection> const& rejected(SpoolId spool) { return rejected_[spool]; }
  [[nodiscard]] std::optional<Error> failed(SpoolId spool) const;
  // What was logged, one event a line, without fields.
  [[nodiscard]] std::string const& log() const { return log_; }

 private:
  void on_piece_present(SpoolId spool, PieceIndex piece, SourceId) override;
  void on_piece_rejected(SpoolId spool, PieceIndex piece, std::vector<Blame> blame) override;
  void on_spool_failed(SpoolId spool, Error error) override;
  [[nodiscard]] bool enabled(LogLevel) const override { return true; }
  void write(LogLevel, std::string_view event, std::initializer_list<LogField>) override {
    log_ += std::string(event) + "\n";
  }

  template <typename T, typename Call>
  T ask(Call const& call);

  SimLoop loop_;
  ShuffledPool pool_;
  std::unique_ptr<Store> store_;
  bool stopped_ = false;
  std::string log_;
  std::map<SpoolId, std::set<PieceIndex>> present_;
  std::map<SpoolId, std::vector<Rejection>> rejected_;
  std::map<SpoolId, Error> failed_;
};

[[nodiscard]] std::vector<std::byte> some_bytes(std::size_t size, std::uint64_t seed = 1);
// What verifies these bytes, with the canonical piece length or another.
[[nodiscard]] std::shared_ptr<Manifest const> manifest_of(std::span<std::byte const> bytes,
                                                          Bytes piece_length = 0);

}  // namespace freshet::test
