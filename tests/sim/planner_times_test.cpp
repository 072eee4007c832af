// How long transfers take in a world without chance, beside what is possible.
#include <catch2/catch.hpp>

#include "tests/support/transfer_world.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

double in_seconds(Duration span) {
  return std::chrono::duration<double>(span).count();
}

Wish named(Wish wish, std::string const& bytes) {
  wish.file.content = manifest_of(bytes)->content;
  wish.file.sha256 = sha256_of(bytes);
  return wish;
}

}  // namespace

TEST_CASE("a small file takes one way and back and nothing more", "[times]") {
  TransferWorld world;
  auto& server = world.serve("origin", sim_bytes(50'000));
  server.latency = 10ms;
  server.rate = 50'000 / 0.005;

  auto const wish = world.want(TransferWorld::wish({"origin"}));

  REQUIRE(world.run(wish));
  CHECK(world.loop.elapsed() == 15ms);
}

TEST_CASE("one source on a fast link is used to within three hundredths", "[times]") {
  auto const bytes = sim_bytes(128 << 20);
  TransferWorld world;
  auto& server = world.serve("origin", bytes);
  server.latency = 1ms;
  server.rate = 125e6;

  auto const wish = world.want(TransferWorld::wish({"origin"}));

  REQUIRE(world.run(wish));
  auto const ideal = static_cast<double>(bytes.size()) / server.rate + 0.001;
  INFO(world.transfers->why(wish));
  CHECK(in_seconds(world.loop.elapsed()) < ideal * 1.03);
  CHECK(server.sent < bytes.size() * 101 / 100);
}

TEST_CASE("two mirrors of which one is three times as fast share the work three to one",
          "[times]") {
  auto const bytes = sim_bytes(64 << 20);
  TransferWorld world;
  auto& fast = world.serve("fast", bytes);
  fast.rate = 12e6;
  auto& slow = world.serve("slow", bytes);
  slow.rate = 4e6;

  auto const wish = world.want(named(TransferWorld::wish({"slow", "fast"}), bytes));

  REQUIRE(world.run(wish));
  auto const ratio = static_cast<double>(fast.sent) / static_cast<double>(slow.sent);
  auto const ideal = static_cast<double>(bytes.size()) / 16e6;
  INFO(world.transfers->why(wish));
  CHECK(ratio > 3 * 0.95);
  CHECK(ratio < 3 * 1.05);
  CHECK(in_seconds(world.loop.elapsed()) < ideal * 1.03);
  CHECK(fast.sent + slow.sent < bytes.size() * 101 / 100);
}

TEST_CASE("one of four sources that stalls costs at most three seconds", "[times]") {
  auto const bytes = sim_bytes(64 << 20);
  std::vector<std::string> const hosts{"a", "b", "c", "d"};
  TransferWorld world;
  for (auto const& host : hosts) world.serve(host, bytes).rate = 2e6;
  auto const wish = world.want(named(TransferWorld::wish(hosts), bytes));
  static_cast<void>(
      world.loop.at(world.loop.now() + 4s, [&] { world.origin.server("b").frozen = true; }));

  REQUIRE(world.run(wish));
  auto const ideal = 4 + (static_cast<double>(bytes.size()) - 4 * 8e6) / 6e6;
  INFO(world.transfers->why(wish));
  CHECK(in_seconds(world.loop.elapsed()) < ideal + 3);
}

TEST_CASE("a source that stalls near the end costs little more than noticing it", "[times]") {
  auto const bytes = sim_bytes(16 << 20);
  TransferWorld world;
  world.serve("a", bytes).rate = 2e6;
  world.serve("b", bytes).rate = 2e6;
  auto const wish = world.want(named(TransferWorld::wish({"a", "b"}), bytes));
  world.loop.run_until([&] { return world.transfers->progress(wish).done > (15 << 20); }, 1h);
  auto const at = world.loop.elapsed();
  auto const left = bytes.size() - world.transfers->progress(wish).done;

  world.origin.server("b").frozen = true;

  REQUIRE(world.run(wish));
  INFO(world.transfers->why(wish));
  CHECK(in_seconds(world.loop.elapsed() - at) < 2.5 + static_cast<double>(left) / 2e6);
}

TEST_CASE("a source that becomes slow does not hold up the end", "[times]") {
  auto const bytes = sim_bytes(32 << 20);
  TransferWorld world;
  world.serve("a", bytes).rate = 4e6;
  world.serve("b", bytes).rate = 4e6;
  auto const wish = world.want(named(TransferWorld::wish({"a", "b"}), bytes));
  static_cast<void>(
      world.loop.at(world.loop.now() + 2s, [&] { world.origin.server("b").rate = 5e4; }));

  REQUIRE(world.run(wish));
  auto const ideal = 2 + (static_cast<double>(bytes.size()) - 2 * 8e6) / 4.05e6;
  INFO(world.transfers->why(wish));
  CHECK(in_seconds(world.loop.elapsed()) < ideal + 1.5);
}

TEST_CASE("connections are added while they bring more and not beyond", "[times]") {
  auto const bytes = sim_bytes(64 << 20);
  TransferWorld world;
  auto& limited = world.serve("limited", bytes);
  limited.connection_rate = 1e6;
  auto& shared = world.serve("shared", bytes);
  shared.rate = 8e6;

  auto const one = world.want(TransferWorld::wish({"limited"}));
  auto const other = world.want(TransferWorld::wish({"shared"}));

  REQUIRE(world.run(one));
  REQUIRE(world.run(other));
  CHECK(limited.connections_peak == 8);
  CHECK(shared.connections_peak <= 4);
}

TEST_CASE("a thousand small files keep all places busy", "[times]") {
  TransferWorld world;
  auto const bytes = sim_bytes(4096);
  auto& server = world.serve("origin", bytes);
  server.latency = 10ms;
  for (int i = 0; i < 1000; ++i) {
    server.files["/" + std::to_string(i)] = server.files["/file"];
    Wish wish;
    wish.file.urls = {"http://origin/" + std::to_string(i)};
    world.told[world.want(std::move(wish))];
  }

  REQUIRE(world.run_all());

  // 16 at a time: 63 rounds of 10 ms.
  CHECK(world.loop.elapsed() < 700ms);
  CHECK(server.requests == 1000);
  CHECK(server.connections_peak == 16);
}

TEST_CASE("sealing takes no place from files that are still to be fetched", "[times]") {
  TransferWorld world;
  world.store.seal_time = 1s;
  auto const bytes = sim_bytes(4096);
  auto& server = world.serve("origin", bytes);
  server.latency = 10ms;
  for (int i = 0; i < 200; ++i) {
    server.files["/" + std::to_string(i)] = server.files["/file"];
    Wish wish;
    wish.file.urls = {"http://origin/" + std::to_string(i)};
    world.told[world.want(std::move(wish))];
  }

  REQUIRE(world.run_all());

  CHECK(world.loop.elapsed() < 1200ms);
}
