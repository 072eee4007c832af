// A job book among fakes on virtual time: a ledger that can fail or lose what was in flight, a
// store that records placements, and a transfer desk whose answers the test gives by hand.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/job/job_book.h"
#include "tests/support/sim_loop.h"

namespace freshet::test {

// Who owns the jobs of these tests, and others.
inline constexpr Caller kUser{1000, false};
inline constexpr Caller kOther{1001, false};
inline constexpr Caller kAdministrator{0, true};

class FakeLedger final : public Ledger {
 public:
  FakeLedger(SimLoop& loop, Duration latency) : loop_(loop), latency_(latency) {}

  [[nodiscard]] Result<Contents> load() override;
  void save(LedgerChange change, std::function<void(Result<void>)> done) override;
  // Writes that have not ended never happen.
  void crash() { ++life_; }

  int saves = 0;
  int durable_saves = 0;
  std::size_t records_saved = 0;
  bool failing = false;
  std::map<JobId, JobRecord> jobs;
  std::map<std::pair<JobId, std::uint32_t>, FileRecord> files;

 private:
  void apply(LedgerChange const& change);

  SimLoop& loop_;
  Duration latency_;
  int life_ = 0;
};

class FakeStore final : public ContentStore {
 public:
  explicit FakeStore(SimLoop& loop) : loop_(loop) {}

  void place(SpoolId spool, Placement placement, std::function<void(Result<void>)> done) override;
  void discard(SpoolId spool, PieceMap const&, std::function<void()> done) override {
    discarded.push_back(spool);
    loop_.post(std::move(done));
  }
  void release(SpoolId spool) override { released.push_back(spool); }
  void lend(SpoolId spool, Placement placement, Lent done) override;
  [[nodiscard]] std::vector<StoredContent> list() const override { return contents; }
  [[nodiscard]] std::string path_of(SpoolId spool) const override {
    if (gone.contains(spool)) return {};
    return "/spool/" + std::to_string(static_cast<std::uint64_t>(spool));
  }

  std::map<std::string, SpoolId> placed;
  std::map<std::string, Error> refused;  // By path.
  std::vector<SpoolId> released;
  std::set<SpoolId> gone;
  std::vector<SpoolId> discarded;
  std::vector<std::pair<SpoolId, std::vector<ByteRange>>> lent;
  std::vector<StoredContent> contents;
  std::size_t placing = 0;
  std::size_t placing_most = 0;

  // Not asked by the job side.
  void set_events(StoreEvents*) override;
  [[nodiscard]] Gate& gate() override;
  void open(SpoolSpec, std::function<void(Result<OpenedSpool>)>) override;
  void reopen(SpoolId, std::function<void(Result<OpenedSpool>)>) override;
  void identify(SpoolId, Identity, std::function<void(Result<void>)>) override;
  void seal(SpoolId, std::function<void(Result<Sealed>)>) override;
  void flush(std::function<void()>) override;
  void verify(SpoolId, std::function<void(Result<PieceMap>)>) override;

 private:
  SimLoop& loop_;
};

class FakeDesk final : public TransferDesk {
 public:
  struct Open {
    Wish wish;
    WishListener* listener = nullptr;
    WishProgress progress;
    Bytes ready = 0;  // All before this.
    std::shared_ptr<HttpAnswer const> answer;
  };

  [[nodiscard]] WishId want(Wish wish, WishListener& listener) override;
  void drop(WishId wish) override;
  [[nodiscard]] WishProgress progress(WishId wish) const override;
  [[nodiscard]] std::string why(WishId) const override { return "{}"; }
  [[nodiscard]] ByteRange ready(WishId wish, Bytes begin) const override {
    return {begin, std::max(begin, open.at(wish).ready)};
  }
  [[nodiscard]] std::shared_ptr<HttpAnswer const> answer(WishId wish) const override {
    return open.at(wish).answer;
  }
  void prefer(WishId wish, std::vector<ByteRange> ranges) override {
    open.at(wish).wish.preferred = std::move(ranges);
  }

  // The wish for the file that goes to this path; asserts that there is one.
  [[nodiscard]] WishId wish_for(std::string const& path) const;
  [[nodiscard]] bool wanted(std::string const& path) const;
  void answer(std::string const& path, SpoolId spool, Bytes length);
  void progress_to(std::string const& path, Bytes done);
  void arrive(std::string const& path);
  void finish(std::string const& path, SpoolId spool, Bytes length);
  void fail(std::string const& path, Errc code);

  std::map<WishId, Open> open;
  std::uint64_t wants = 0;
};

struct JobWorld final : private JobEvents {
  explicit JobWorld(JobOptions book_options = {}, Duration ledger_latency = {});

  // The process ends, in order or not, and comes back.
  void restart(bool crash = false);

  // Waits for the answer of one call on virtual time.
  template <typename T, typename Call>
  Result<T> ask(Call const& call) {
    std::optional<Result<T>> answer;
    call([&](Result<T> result) { answer = std::move(result); });
    loop.run_until([&] { return answer.has_value(); }, std::chrono::minutes{1});
    return answer ? *answer : Result<T>(freshet::fail(Errc::timed_out));
  }
  // A started job with these paths.
  JobId start(std::vector<std::string> const& paths, Priority priority = Priority::foreground);
  Result<void> resume(JobId id);
  Result<void> suspend(JobId id);
  Result<void> cancel(JobId id);
  Result<Completion> complete(JobId id);
  [[nodiscard]] JobState state(JobId id) const { return book->job(kUser, id)->state; }
  [[nodiscard]] std::vector<JobState> states_told(JobId id) const;
  void settle() { loop.run_for(std::chrono::milliseconds{50}); }

  JobOptions options;
  SimLoop loop;
  SeededRandom random{7};
  FakeLedger ledger;
  FakeStore store{loop};
  ArrivalBook* arrivals = nullptr;  // Of books made from now on.
  std::unique_ptr<FakeDesk> desk;
  std::unique_ptr<JobBook> book;
  std::vector<JobEvent> events;

 private:
  struct NoLog final : Log {
    [[nodiscard]] bool enabled(LogLevel) const override { return false; }
    void write(LogLevel, std::string_view, std::initializer_list<LogField>) override {}
  };
  void on_job(JobEvent const& event) override { events.push_back(event); }

  NoLog log_;
};

[[nodiscard]] FileSpec file_at(std::string path);

}  // namespace freshet::test
