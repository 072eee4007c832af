// The way of one fetch's bytes to the gate, without a network.
#include "engine/origin/fetch_receiver.h"

#include <catch2/catch.hpp>

#include "tests/support/memory_gate.h"
#include "tests/support/origin_probe.h"
#include "tests/support/sim_loop.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

class Bench final : private OriginEvents {
 public:
  explicit Bench(FetchOrder order)
      : outbox_(loop_), receiver(std::move(order), {gate, outbox_, [this] { ++rooms; }, 1_MiB}) {
    outbox_.listen(this);
  }

  [[nodiscard]] bool head(int status, std::vector<AnswerHead::Field> fields) {
    (void)receiver.request_headers(loop_.wall());
    return receiver.head({.status = status, .version = "1.1", .fields = std::move(fields)}, {})
        .has_value();
  }
  [[nodiscard]] Result<Receiver::Took> body(std::string const& bytes) {
    return receiver.body(std::as_bytes(std::span(bytes)));
  }
  FetchEnd end(std::optional<Error> error = {}) {
    receiver.end({std::move(error), 0, {}});
    outbox_.flush();
    loop_.run_ready();
    return ended.value();
  }
  void deliver() {
    outbox_.flush();
    loop_.run_ready();
  }
  [[nodiscard]] TimePoint now() const { return loop_.now(); }

 private:
  void on_answer(FetchId, HttpAnswer answer) override { answers.push_back(answer.status); }
  void on_head(FetchId, OriginHead) override { ++heads; }
  void on_progress(FetchId, Bytes next) override { progress.push_back(next); }
  void on_fetch_end(FetchId, FetchEnd end) override { ended = std::move(end); }

  SimLoop loop_;
  Outbox outbox_;

 public:
  MemoryGate gate;
  FetchReceiver receiver;
  std::vector<std::uint32_t> answers;
  int heads = 0;
  int rooms = 0;
  std::vector<Bytes> progress;
  std::optional<FetchEnd> ended;
};

FetchOrder order(Bytes begin, std::optional<Bytes> end) {
  return OriginProbe::order("http://origin.test/file", begin, end);
}

}  // namespace

TEST_CASE("an answer is told whether it is taken or not", "[receiver]") {
  Bench bench(order(0, 32_KiB));
  CHECK_FALSE(bench.head(404, {}));
  CHECK(bench.head(206, {{"content-range", "bytes 0-32767/100000"}}));
  bench.deliver();

  CHECK(bench.answers == std::vector<std::uint32_t>{404, 206});
  CHECK(bench.heads == 1);
}

TEST_CASE("bytes that the gate refused are offered again and counted once", "[receiver]") {
  Bench bench(order(0, 32_KiB));
  REQUIRE(bench.head(206, {{"content-range", "bytes 0-32767/100000"}}));
  bench.gate.allow(10'000);
  auto const bytes = patterned(32768);

  CHECK(bench.body(bytes.substr(0, 10'000)) == Receiver::Took::all);
  CHECK(bench.body(bytes.substr(10'000)) == Receiver::Took::wait);
  CHECK(bench.receiver.rest() == Bytes{22'768});
  bench.gate.allow_all();
  CHECK(bench.rooms == 1);
  CHECK(bench.body(bytes.substr(10'000)) == Receiver::Took::all);

  CHECK(bench.receiver.complete());
  CHECK(bench.end().next == 32_KiB);
  CHECK((bench.gate.content(kSpool) == bytes));
}

TEST_CASE("what is held for a spool goes first when there is one", "[receiver]") {
  auto unplaced = order(0, std::nullopt);
  unplaced.spool = SpoolId::none;
  Bench bench(std::move(unplaced));
  REQUIRE(bench.head(200, {{"content-length", "100000"}}));
  auto const bytes = patterned(100'000);
  CHECK(bench.body(bytes.substr(0, 60'000)) == Receiver::Took::all);
  CHECK(bench.body(bytes.substr(60'000)) == Receiver::Took::wait);
  CHECK(bench.receiver.settle() == Receiver::Took::wait);

  bench.receiver.attach(kSpool);
  CHECK(bench.body(bytes.substr(60'000)) == Receiver::Took::all);

  CHECK(bench.end().next == 100'000);
  CHECK((bench.gate.content(kSpool) == bytes));
}

TEST_CASE("held bytes behind a new end are forgotten", "[receiver]") {
  auto unplaced = order(0, std::nullopt);
  unplaced.spool = SpoolId::none;
  Bench bench(std::move(unplaced));
  REQUIRE(bench.head(206, {{"content-range", "bytes 0-99999/100000"}}));
  CHECK(bench.body(patterned(60'000)) == Receiver::Took::all);

  bench.receiver.shorten(16_KiB);
  CHECK(bench.receiver.satisfied());
  bench.receiver.attach(kSpool);
  CHECK(bench.receiver.settle() == Receiver::Took::all);

  CHECK(bench.end().next == 16_KiB);
  CHECK(bench.gate.bytes_written() == 16_KiB);
}

TEST_CASE("a fetch can only be shortened and never below its beginning", "[receiver]") {
  Bench bench(order(32_KiB, 64_KiB));
  bench.receiver.shorten(128_KiB);
  CHECK(bench.receiver.request_headers({}).at(0).value == "bytes=32768-65535");
  bench.receiver.shorten(0);
  CHECK(bench.receiver.satisfied());
  CHECK(bench.end().next == 32_KiB);
}

TEST_CASE("a whole body yields exactly the range whatever its pieces are", "[receiver]") {
  auto const bytes = patterned(50'000);
  for (std::size_t const piece : {1UL, 7UL, 1000UL, 16384UL, 50'000UL}) {
    Bench bench(order(16_KiB, 32_KiB));
    REQUIRE(bench.head(200, {{"content-length", "50000"}}));
    bool enough = false;
    for (std::size_t at = 0; at < bytes.size() && !enough; at += piece) {
      auto const took = bench.body(bytes.substr(at, piece));
      REQUIRE(took);
      enough = *took == Receiver::Took::enough;
    }
    CHECK(enough);
    CHECK(bench.end().next == 32_KiB);
    CHECK(bench.gate.bytes_written() == 16_KiB);
    CHECK((bench.gate.content(kSpool).substr(16384) == bytes.substr(16384, 16384)));
  }
}

TEST_CASE("a failed fetch goes on from a whole block", "[receiver]") {
  Bench bench(order(16_KiB, std::nullopt));
  REQUIRE(bench.head(206, {{"content-range", "bytes 16384-99999/100000"}}));
  CHECK(bench.body(patterned(40'000)) == Receiver::Took::all);
  CHECK_FALSE(bench.receiver.complete());
  CHECK(bench.end(Error{Errc::connection_lost}).next == 48_KiB);
  CHECK(bench.gate.finished(kSpool).empty());
}

TEST_CASE("progress is told when it is due and only when there is some", "[receiver]") {
  Bench bench(order(0, std::nullopt));
  REQUIRE(bench.head(200, {{"content-length", "100000"}}));
  auto const now = bench.now();
  CHECK_FALSE(bench.receiver.report_progress(now));
  (void)bench.body(patterned(1000));
  CHECK_FALSE(bench.receiver.report_progress(now));
  (void)bench.body(patterned(1000));
  CHECK(bench.receiver.report_progress(now + 40ms) == now + 100ms);
  CHECK_FALSE(bench.receiver.report_progress(now + 100ms));
  CHECK_FALSE(bench.receiver.report_progress(now + 500ms));
  bench.deliver();
  CHECK(bench.heads == 1);
  CHECK(bench.progress == std::vector<Bytes>{1000, 2000});
}
