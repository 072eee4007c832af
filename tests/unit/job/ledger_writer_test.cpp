#include "engine/job/ledger_writer.h"

#include <catch2/catch.hpp>

#include "tests/unit/job/job_world.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

struct Quiet final : Log {
  [[nodiscard]] bool enabled(LogLevel) const override { return false; }
  void write(LogLevel, std::string_view, std::initializer_list<LogField>) override {}
};

struct Fixture {
  SimLoop loop;
  Quiet log;
  FakeLedger ledger{loop, 10ms};
  JobTable table;
  LedgerWriter writer{{loop, loop, log, ledger}, table, 5s};

  JobId add() {
    JobRecord record;
    record.id.bytes[0] = static_cast<std::byte>(table.size() + 1);
    return table.add(record).record.id;
  }
};

}  // namespace

TEST_CASE("what is marked in one turn goes in one write and later marks in the next", "[job]") {
  Fixture f;
  auto const a = f.add();
  auto const b = f.add();
  f.writer.put_job(a);
  f.writer.put_job(b);
  f.loop.run_ready();
  for (int i = 0; i < 5; ++i) f.writer.put_job(a);
  CHECK(f.ledger.saves == 1);
  f.loop.run_for(1s);

  CHECK(f.ledger.saves == 2);
  CHECK(f.ledger.records_saved == 3);
}

TEST_CASE("an answer waits for the write that began after it was asked", "[job]") {
  Fixture f;
  auto const a = f.add();
  f.writer.put_job(a);
  f.loop.run_for(5ms);
  f.writer.put_job(a);
  bool answered = false;
  f.writer.then([&](auto const&) { answered = true; });

  f.loop.run_for(12ms);
  CHECK_FALSE(answered);
  f.loop.run_for(5ms);
  CHECK(answered);
}

TEST_CASE("what is only noted is made durable as soon as somebody waits for that", "[job]") {
  Fixture f;
  auto const a = f.add();
  f.writer.put_job(a, LedgerWriter::Keep::noted);
  bool noted = false;
  f.writer.then([&](auto const&) { noted = true; }, LedgerWriter::Keep::noted);
  f.loop.run_for(1s);
  CHECK(noted);
  CHECK(f.ledger.saves == 1);
  CHECK(f.ledger.durable_saves == 0);

  f.writer.then([](auto const&) {});
  f.writer.then([](auto const&) {}, LedgerWriter::Keep::noted);
  f.loop.run_for(1s);
  CHECK(f.ledger.durable_saves == 1);

  f.writer.then([](auto const&) {});
  f.loop.run_for(1s);
  CHECK(f.ledger.saves == 2);
}

TEST_CASE("a failed write tells who waits and is repeated", "[job]") {
  Fixture f;
  auto const a = f.add();
  f.ledger.failing = true;
  f.writer.put_job(a);
  std::optional<Errc> told;
  f.writer.then([&](Result<void> const& result) { told = result.error().code; });
  f.loop.run_for(1s);
  CHECK(told == Errc::disk_full);
  CHECK(f.ledger.saves == 1);

  f.ledger.failing = false;
  f.loop.run_for(5s);

  CHECK(f.ledger.jobs.contains(a));
}

TEST_CASE("a job that was forgotten is not written any more", "[job]") {
  Fixture f;
  auto const a = f.add();
  f.writer.put_job(a);
  f.writer.forget(a);
  f.loop.run_for(1s);

  CHECK(f.ledger.saves == 1);
  CHECK(f.ledger.records_saved == 0);
  CHECK(f.ledger.jobs.empty());
}
