// How the origin adapter carries bytes: waiting, holding, ending early, limits, documents.
#include <future>

#include <catch2/catch.hpp>

#include "tests/support/best_time.h"
#include "tests/support/origin_probe.h"
#include "tests/support/scripted_origin.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kSize = 8 << 20;

struct Served {
  explicit Served(std::size_t size = kSize) : bytes(patterned(size)) {
    server.serve_file("/file", bytes);
  }
  [[nodiscard]] FetchOrder order(Bytes begin = 0, std::optional<Bytes> end = {}) const {
    return OriginProbe::order(server.url("/file"), begin, end);
  }
  std::string bytes;
  ScriptedOrigin server;
};

}  // namespace

TEST_CASE("a gate without room pauses the network until it has some", "[origin]") {
  Served const served(64 << 20);
  OriginProbe probe;
  probe.gate.allow(1_MiB);

  auto const fetch = probe.start(served.order());
  REQUIRE(probe.gate.wait_for_waiting());
  for (int i = 0; i < 20; ++i) {
    probe.gate.allow(256_KiB);
    REQUIRE(probe.gate.wait_for_waiting());
  }
  // What lies in socket buffers is a few megabytes; the server has not got rid of the rest.
  CHECK(probe.gate.bytes_written() <= 6_MiB);
  probe.gate.allow_all();

  auto const outcome = probe.wait(fetch);
  REQUIRE(outcome);
  CHECK_FALSE(outcome->error());
  CHECK(outcome->end.received == served.bytes.size());
  CHECK((probe.gate.content(kSpool) == served.bytes));
}

TEST_CASE("a waiting gate does not count as a stall", "[origin]") {
  Served const served;
  OriginProbe probe;
  probe.gate.allow(1_MiB);
  auto order = served.order();
  order.stall_timeout = 50ms;
  auto const fetch = probe.start(order);
  REQUIRE(probe.gate.wait_for_waiting());
  // Longer than the timeout, on the same thread: a fetch that stalls on purpose.
  Latch never;
  ScriptedOrigin stalling;
  stalling.reply_once("/s", Reply{.body = "12345678", .pause_after = 4, .latch = &never});
  auto other = OriginProbe::order(stalling.url("/s"));
  other.spool = SpoolId::none;
  other.stall_timeout = 200ms;
  CHECK(probe.run(other).error() == Errc::stalled);
  probe.gate.allow_all();

  auto const outcome = probe.wait(fetch);
  REQUIRE(outcome);
  CHECK_FALSE(outcome->error());
}

TEST_CASE("a gate that fails ends the fetch with its error", "[origin]") {
  Served const served;
  OriginProbe probe;
  probe.gate.fail_writes(kSpool, {Errc::disk_full, "/data", "no space"});

  auto const outcome = probe.run(served.order());

  CHECK(outcome.error() == Errc::disk_full);
  CHECK(outcome.end.error->where == "/data");
  CHECK(outcome.end.next == 0);
}

TEST_CASE("without a spool the head is told and little is held until there is one", "[origin]") {
  Served const served(64 << 20);
  OriginProbe probe;
  auto order = served.order();
  order.spool = SpoolId::none;

  auto const fetch = probe.start(order);
  auto const head = probe.wait_for_head(fetch);
  REQUIRE(head);
  CHECK(head->length == served.bytes.size());
  CHECK(probe.gate.bytes_written() == 0);
  probe.attach(fetch, kSpool);

  auto const outcome = probe.wait(fetch);
  REQUIRE(outcome);
  CHECK_FALSE(outcome->error());
  CHECK((probe.gate.content(kSpool) == served.bytes));
}

TEST_CASE("a small content waits whole for its spool and frees its connection", "[origin]") {
  Served const served(1000);
  OriginProbe probe;
  auto order = served.order();
  order.spool = SpoolId::none;
  auto const fetch = probe.start(order);
  REQUIRE(probe.wait_for_head(fetch));
  CHECK_FALSE(probe.run(served.order()).error());
  probe.gate.allow(0);
  probe.attach(fetch, SpoolId{2});
  REQUIRE(probe.gate.wait_for_waiting());
  probe.gate.allow_all();

  auto const outcome = probe.wait(fetch);
  REQUIRE(outcome);
  CHECK_FALSE(outcome->error());
  CHECK((probe.gate.content(SpoolId{2}) == served.bytes));
  CHECK(probe.gate.finished(SpoolId{2}) == std::vector<Bytes>{1000});
}

TEST_CASE("an order shortened to nothing ends rightly without a place to go", "[origin]") {
  Latch never;
  ScriptedOrigin server;
  server.on("/held", [&never](SeenRequest const&) { return Reply{.latch = &never}; });
  OriginProbe probe({.fetches_max = 1});
  auto order = OriginProbe::order(server.url("/held"), 32_KiB, 64_KiB);
  order.spool = SpoolId::none;
  auto const asked = probe.start(order);
  auto const queued = probe.start(order);
  REQUIRE(server.wait_for_requests(1));

  for (auto const fetch : {queued, asked}) {
    probe.shorten(fetch, 32_KiB);
    auto const outcome = probe.wait(fetch);
    REQUIRE(outcome);
    CHECK_FALSE(outcome->error());
    CHECK(outcome->end.next == 32_KiB);
  }
}

TEST_CASE("a fetch without a spool can be cancelled", "[origin]") {
  Served const served;
  OriginProbe probe;
  auto order = served.order();
  order.spool = SpoolId::none;
  auto const fetch = probe.start(order);
  REQUIRE(probe.wait_for_head(fetch));
  probe.cancel(fetch);
  auto const outcome = probe.wait(fetch);
  REQUIRE(outcome);
  CHECK(outcome->error() == Errc::cancelled);
}

TEST_CASE("cancelling ends a fetch wherever it is", "[origin]") {
  Served const served;
  OriginProbe probe({.fetches_max = 1});
  probe.gate.allow(1_MiB);
  auto const running = probe.start(served.order());
  auto const queued = probe.start(served.order());
  REQUIRE(probe.gate.wait_for_waiting());

  probe.cancel(queued);
  CHECK(probe.wait(queued)->error() == Errc::cancelled);
  probe.cancel(running);
  auto const outcome = probe.wait(running);
  CHECK(outcome->error() == Errc::cancelled);
  CHECK(outcome->end.next <= 1_MiB);
  CHECK(outcome->end.next > 512_KiB);
  CHECK(probe.gate.finished(kSpool).empty());
  probe.cancel(running);
  probe.gate.allow_all();
  CHECK_FALSE(probe.run(served.order()).error());
}

TEST_CASE("a shortened fetch ends rightly at its new end", "[origin]") {
  Served const served(64 << 20);
  OriginProbe probe;
  probe.gate.allow(1_MiB);
  auto const fetch = probe.start(served.order());
  REQUIRE(probe.gate.wait_for_waiting());

  probe.shorten(fetch, 3_MiB);
  probe.wait_for_orders();
  probe.gate.allow_all();

  auto const outcome = probe.wait(fetch);
  REQUIRE(outcome);
  CHECK_FALSE(outcome->error());
  CHECK(outcome->end.next == 3_MiB);
  CHECK(outcome->end.received >= 3_MiB);
  CHECK(outcome->end.received < 16_MiB);
  CHECK((probe.gate.content(kSpool) == served.bytes.substr(0, 3 << 20)));
  CHECK(probe.gate.finished(kSpool) == std::vector<Bytes>{3_MiB});
}

TEST_CASE("a fetch shortened behind where it is ends at once and rightly", "[origin]") {
  Served const served(64 << 20);
  OriginProbe probe;
  probe.gate.allow(1_MiB);
  auto const fetch = probe.start(served.order());
  REQUIRE(probe.gate.wait_for_waiting());

  probe.shorten(fetch, 64_KiB);

  auto const outcome = probe.wait(fetch);
  REQUIRE(outcome);
  CHECK_FALSE(outcome->error());
  CHECK(outcome->end.next > 64_KiB);
  CHECK(outcome->end.next <= 1_MiB);
  CHECK(outcome->end.next % 16_KiB == 0);
}

TEST_CASE("a fetch that ends early does not call that the end of a content of unknown length",
          "[origin]") {
  ScriptedOrigin server;
  server.on("/file", [](SeenRequest const&) {
    return Reply{.body = patterned(100'000), .framing = Reply::Framing::chunked};
  });
  OriginProbe probe;

  auto const outcome = probe.run(OriginProbe::order(server.url("/file"), 0, 32_KiB));

  CHECK_FALSE(outcome.error());
  CHECK(outcome.end.next == 32_KiB);
  CHECK(probe.gate.finished(kSpool).empty());
}

TEST_CASE("the little that a shortened fetch leaves is read to keep the connection", "[origin]") {
  Latch more;
  auto const bytes = patterned(80 << 10);
  ScriptedOrigin server;
  server.reply_once("/file", Reply{.body = bytes, .pause_after = 32 << 10, .latch = &more});
  server.serve_file("/other", "content");
  OriginProbe probe;
  auto const fetch = probe.start(OriginProbe::order(server.url("/file")));
  REQUIRE(probe.gate.wait_for_bytes(32_KiB));

  probe.shorten(fetch, 64_KiB);
  probe.wait_for_orders();
  more.open();

  auto const outcome = probe.wait(fetch);
  REQUIRE(outcome);
  CHECK_FALSE(outcome->error());
  CHECK(outcome->end.next == 64_KiB);
  CHECK(outcome->end.received == 80_KiB);
  CHECK(probe.gate.bytes_written() == 64_KiB);
  // The last bytes may still be on their way when the end was told.
  REQUIRE(server.wait_for_sent(80_KiB));
  probe.wait_for_orders();
  CHECK_FALSE(probe.run(OriginProbe::order(server.url("/other"))).error());
  CHECK(server.connections() == 1);
}

TEST_CASE("no more fetches than allowed are on the network and all get their turn", "[origin]") {
  Latch go;
  ScriptedOrigin server;
  server.on("/held", [&go](SeenRequest const&) { return Reply{.body = "x", .latch = &go}; });
  server.serve_file("/file", "content");
  OriginProbe probe({.fetches_max = 3});
  std::vector<FetchId> fetches;
  for (int i = 0; i < 9; ++i) {
    fetches.push_back(probe.start(OriginProbe::order(server.url("/held"))));
  }
  REQUIRE(server.wait_for_requests(3));
  // Documents have places of their own, else a fetch could wait for its manifest for ever.
  CHECK(probe.document({.url = server.url("/file"), .proxy = "-"}, 100) == "content");
  CHECK(server.requests().size() == 4);

  go.open();
  for (auto const fetch : fetches) CHECK_FALSE(probe.wait(fetch)->error());
  CHECK(server.connections() <= 4);
}

TEST_CASE("more orders than may wait are refused", "[origin]") {
  Latch never;
  ScriptedOrigin server;
  server.on("/held", [&never](SeenRequest const&) { return Reply{.latch = &never}; });
  OriginProbe probe({.fetches_max = 1, .waiting_max = 1});
  (void)probe.start(OriginProbe::order(server.url("/held")));
  REQUIRE(server.wait_for_requests(1));
  (void)probe.start(OriginProbe::order(server.url("/held")));
  CHECK(probe.run(OriginProbe::order(server.url("/held"))).error() == Errc::limit_reached);
}

TEST_CASE("progress is told at most ten times a second and grows", "[origin]") {
  Served const served(32 << 20);
  OriginProbe probe;
  auto const start = std::chrono::steady_clock::now();
  auto const outcome = probe.run(served.order());
  auto const tenths = (std::chrono::steady_clock::now() - start) / 100ms;

  REQUIRE_FALSE(outcome.progress.empty());
  CHECK(outcome.progress.size() <= static_cast<std::size_t>(tenths) + 2);
  CHECK(std::ranges::is_sorted(outcome.progress));
  CHECK(outcome.progress.back() <= outcome.end.next);
}

TEST_CASE("a limit holds over all fetches together", "[origin]") {
  Served const served(2 << 20);
  OriginProbe probe;
  probe.set_limit({4 << 20});

  // 8 MiB at 4 MiB a second.
  auto const best = best_time(2500ms, [&] {
    auto const start = std::chrono::steady_clock::now();
    std::vector<FetchId> fetches;
    for (int i = 0; i < 4; ++i) fetches.push_back(probe.start(served.order()));
    for (auto const fetch : fetches) CHECK_FALSE(probe.wait(fetch)->error());
    auto const elapsed = std::chrono::steady_clock::now() - start;
    CHECK(elapsed >= 1900ms);
    return elapsed;
  });
  CHECK(best <= 2500ms);
}

TEST_CASE("a limit of some fetches holds for them together and for no other", "[origin]") {
  Served const served(1 << 20);
  OriginProbe probe;
  auto limited = served.order();
  limited.limit = {LimitId{1}, BytesPerSecond{1 << 20}};

  // 2 MiB at 1 MiB a second, and beside them one that is free.
  std::chrono::nanoseconds free_best = 1h;
  auto const best = best_time(2500ms, [&] {
    auto const start = std::chrono::steady_clock::now();
    std::vector<FetchId> const slow{probe.start(limited), probe.start(limited)};
    CHECK_FALSE(probe.run(served.order()).error());
    free_best =
        std::min<std::chrono::nanoseconds>(free_best, std::chrono::steady_clock::now() - start);
    for (auto const fetch : slow) CHECK_FALSE(probe.wait(fetch)->error());
    auto const elapsed = std::chrono::steady_clock::now() - start;
    CHECK(elapsed >= 1900ms);
    return elapsed;
  });
  CHECK(best <= 2500ms);
  CHECK(free_best <= 1200ms);
}

TEST_CASE("a limit of one fetch can be lifted while it runs", "[origin]") {
  Served const served;
  OriginProbe probe;
  auto order = served.order();
  order.limit = {LimitId{1}, BytesPerSecond{50'000}};
  auto const fetch = probe.start(order);
  REQUIRE(probe.gate.wait_for_bytes(16_KiB));
  probe.set_fetch_limit(fetch, {});
  auto const outcome = probe.wait(fetch);
  REQUIRE(outcome);
  CHECK_FALSE(outcome->error());
}

TEST_CASE("a limit that is lifted lets fetches run at once", "[origin]") {
  Served const served;
  OriginProbe probe;
  probe.set_limit({100'000});
  auto const fetch = probe.start(served.order());
  REQUIRE(probe.gate.wait_for_bytes(16_KiB));
  probe.set_limit({});
  auto const outcome = probe.wait(fetch);
  REQUIRE(outcome);
  CHECK_FALSE(outcome->error());
}

TEST_CASE("a document is fetched up to its limit", "[origin]") {
  ScriptedOrigin server;
  server.serve_file("/doc", std::string(1000, 'd'));
  server.on("/chunked", [](SeenRequest const&) {
    return Reply{.body = std::string(1000, 'c'), .framing = Reply::Framing::chunked};
  });
  OriginProbe probe;
  auto const get = [&](std::string const& path, Bytes size_max) {
    return probe.document({.url = server.url(path), .proxy = "-"}, size_max);
  };

  CHECK(get("/doc", 1000) == std::string(1000, 'd'));
  CHECK_FALSE(server.requests().at(0).has_header("Range"));
  CHECK(get("/chunked", 1000) == std::string(1000, 'c'));
  CHECK(get("/doc", 999).error().code == Errc::limit_reached);
  CHECK(get("/chunked", 999).error().code == Errc::limit_reached);
  CHECK(get("/absent", 999).error().code == Errc::http_not_found);
}

TEST_CASE("a document that its server waits for holds up no other and takes its time", "[origin]") {
  Latch ready;
  Latch never;
  ScriptedOrigin server;
  server.on("/never", [&never](SeenRequest const&) { return Reply{.latch = &never}; });
  server.on("/later",
            [&ready](SeenRequest const&) { return Reply{.body = "late", .latch = &ready}; });
  server.serve_file("/now", "soon");
  OriginProbe probe({.documents_max = 1, .document_timeout = 100ms});
  OriginSpec later{.url = server.url("/later"), .proxy = "-"};
  later.headers = {{"Prefer", "wait=20"}};

  auto late = std::async(std::launch::async, [&] { return probe.document(later, 100); });
  REQUIRE(server.wait_for_requests(1));
  CHECK(probe.document({.url = server.url("/now"), .proxy = "-"}, 100) == "soon");
  auto const stalled = probe.document({.url = server.url("/never"), .proxy = "-"}, 100);
  REQUIRE_FALSE(stalled);
  CHECK(stalled.error().code == Errc::timed_out);
  ready.open();

  CHECK(late.get() == "late");
  CHECK(server.requests().at(0).header("Prefer") == "wait=20");
}

TEST_CASE("stopping ends everything and nothing is heard afterwards", "[origin]") {
  Latch never;
  ScriptedOrigin server;
  server.on("/held", [&never](SeenRequest const&) { return Reply{.latch = &never}; });
  {
    OriginProbe probe;
    for (int i = 0; i < 5; ++i) (void)probe.start(OriginProbe::order(server.url("/held")));
    REQUIRE(server.wait_for_requests(5));
  }
  CHECK(server.requests().size() == 5);
}
