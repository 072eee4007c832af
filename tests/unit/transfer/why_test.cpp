// What decision records say: every code in its words, and what is counted beside them.
#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include "engine/transfer/peer_notes.h"
#include "engine/transfer/piece_senders.h"
#include "engine/transfer/traffic_series.h"
#include "engine/transfer/wait_book.h"
#include "engine/transfer/why_advice.h"
#include "tests/unit/transfer/why_world.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

// The words of the first entry with this code; "(none)".
std::string text_of(json const& record, std::string_view code) {
  for (auto const& event : record.at("events")) {
    if (event.at("code") == code) return event.at("text");
  }
  return "(none)";
}

json series_of(TrafficSeries const& series) {
  JsonWriter writer;
  writer.begin_object();
  series.write(writer);
  return json::parse(writer.end_object().take()).at("series");
}

json written(PeerNotes const& notes) {
  JsonWriter writer;
  writer.begin_object();
  notes.write(writer);
  return json::parse(writer.end_object().take());
}

std::vector<std::string> advice_of(json const& record) {
  std::vector<std::string> codes;
  for (auto const& advice : record.at("advice")) codes.push_back(advice.at("code"));
  return codes;
}

}  // namespace

TEST_CASE("every code is said in its scene and its words", "[why]") {
  WhyCodes played;
  for (auto const& scene : why_scenes()) {
    auto const code = to_string(scene.code);
    auto const text = scene.play();
    INFO(code << " in " << text);
    CHECK(text_of(json::parse(text), code) == scene.text);
    played.set(static_cast<std::size_t>(scene.code));
  }
  CHECK(played.all());
}

TEST_CASE("a record tells how the time was spent and how near the bound was", "[why]") {
  WhyWorld world(8 << 20);
  world.server.rate = 2e6;

  auto const record = json::parse(world.why(world.known()));

  auto const& bound = record.at("bound");
  CHECK(bound.at("bytes") == 8 << 20);
  CHECK(bound.at("rate").get<double>() == Approx(2e6).epsilon(0.1));
  CHECK(bound.at("ms").get<double>() == Approx(4194).epsilon(0.1));
  CHECK(bound.at("percent").get<int>() < 120);
  std::uint64_t spent = 0;
  for (auto const& part : record.at("time")) spent += part.at("ms").get<std::uint64_t>();
  CHECK(spent + record.at("time").size() >= record.at("elapsed_ms").get<std::uint64_t>());
  CHECK(spent <= record.at("elapsed_ms").get<std::uint64_t>());
}

TEST_CASE("a record gives advice that follows from what happened", "[why]") {
  WhyWorld world;
  world.server.ranges = false;

  auto const record = json::parse(world.why(TransferWorld::wish({"origin"})));

  CHECK(advice_of(record) ==
        std::vector<std::string>{"name_content", "allow_peers", "serve_ranges"});
}

TEST_CASE("a peer whose bytes overtake the word of who it is was found", "[why]") {
  WhyWorld world;
  world.with_swarm();
  world.store.seal_time = 1s;
  auto const id = world.want(world.known());
  world.loop.run_until([&] { return world.swarm.spool != SpoolId::none; }, 1s);
  auto const peer = ScriptedSwarm::peer();
  world.deliver(peer.id);
  world.loop.run_for(500ms);
  world.swarm.events->on_peer(world.swarm.spool, peer);
  auto const record = json::parse(world.why(id));
  world.transfers.reset();  // Before the swarm.

  CHECK(record.at("from_peers") == 1 << 20);
  CHECK(text_of(record, "no_peer_found") == "(none)");
  CHECK(text_of(record, "peer_seen") == "192.0.2.1:7680 Freshet/0.1, shares the origin");
}

TEST_CASE("who sent everything was found even if nobody ever says who it is", "[why]") {
  WhyWorld world;
  world.with_swarm();
  auto const id = world.want(world.known());
  world.loop.run_until([&] { return world.swarm.spool != SpoolId::none; }, 1s);
  world.deliver(ScriptedSwarm::peer().id);
  auto const record = json::parse(world.why(id));
  world.transfers.reset();  // Before the swarm.

  CHECK(record.at("from_peers") == 1 << 20);
  CHECK(advice_of(record).empty());
}

TEST_CASE("slow peers are complained of only where the origin brought something in their stead",
          "[why]") {
  WhyWorld world(4 << 20);
  world.server.down = Error{Errc::connect_failed, "http://origin/file", "connection refused"};
  world.with_swarm();
  auto const id = world.want(world.known());
  world.loop.run_until([&] { return world.swarm.spool != SpoolId::none; }, 1s);
  auto const peer = ScriptedSwarm::peer();
  PieceMap all(16);
  all.set({PieceIndex{0}, PieceIndex{16}});
  world.swarm.events->on_peer(world.swarm.spool, peer);
  world.swarm.events->on_peer_has(world.swarm.spool, peer.id, all);

  world.loop.run_for(20s);
  world.deliver(peer.id);
  auto const record = json::parse(world.why(id));
  world.transfers.reset();  // Before the swarm.

  CHECK(record.at("from_peers") == 4 << 20);
  CHECK(text_of(record, "peers_slow") == "(none)");
  CHECK(advice_of(record).empty());
}

TEST_CASE("a record tells who sent which piece", "[why]") {
  WhyWorld world(8 << 20);

  auto const record = json::parse(world.why(world.known()));

  auto const source = record.at("sources").at(0).at("source");
  auto const& pieces = record.at("pieces");
  CHECK(pieces.at("parts").get<int>() > 1);
  CHECK(pieces.at("senders") == json::array({source, pieces.at("parts")}));
}

TEST_CASE("however many pieces there are their senders are few numbers", "[why]") {
  auto const pieces_of = [](PieceSenders const& senders) {
    JsonWriter writer;
    writer.begin_object();
    senders.write(writer);
    return json::parse(writer.end_object().take());
  };
  PieceSenders senders;
  CHECK(pieces_of(senders).empty());

  senders.begin(100'000);
  for (std::uint32_t i = 0; i < 100'000; ++i) senders.sent(PieceIndex{i}, SourceId{1 + i % 7});
  CHECK(pieces_of(senders).at("pieces").at("senders").size() <= 2 * PieceSenders::kPartsMax);

  senders.begin(4);
  senders.sent(PieceIndex{1}, SourceId{5});
  senders.sent(PieceIndex{2}, SourceId{5});
  senders.sent(PieceIndex{3}, SourceId{6});
  senders.dropped(PieceIndex{3});
  CHECK(pieces_of(senders).at("pieces") ==
        json::parse(R"({"parts": 4, "senders": [0, 1, 5, 2, 0, 1]})"));
}

TEST_CASE("each advice has a name and a sentence and none is given where nothing went wrong",
          "[why]") {
  CHECK(advise({}).empty());
  auto const all = advise(WhyCodes{}.set());
  CHECK(all.size() == kWhyAdvices);
  for (auto const advice : all) {
    CHECK_FALSE(name(advice).empty());
    CHECK(sentence(advice).ends_with('.'));
  }
}

TEST_CASE("however long it takes the bytes over time stay few numbers", "[why]") {
  TrafficSeries series;
  TimePoint now{};
  series.begin(now);
  for (int i = 0; i < 10'000; ++i) {
    now += 100ms;
    series.add_source(SourceId{1}, false, 10, now);
    if (i % 2 == 0) series.add_peers(PeerClass::lan, 5, now);
  }

  auto const written = series_of(series);
  REQUIRE(written.at("columns").size() == 2);
  Bytes sum = 0;
  for (auto const& column : written.at("columns")) {
    CHECK(column.at("bytes").size() <= TrafficSeries::kStepsMax);
    for (auto const& bytes : column.at("bytes")) sum += bytes.get<Bytes>();
  }
  CHECK(sum == series.total());
  CHECK(written.at("step_ms") == 32'000);
  CHECK(series.best().value == Approx(125).margin(10));
  CHECK(series.best(TrafficSeries::From::peers).value == Approx(25).margin(5));
}

TEST_CASE("sources beyond the columns are counted together", "[why]") {
  TrafficSeries series;
  series.begin({});
  for (std::uint64_t i = 1; i <= 100; ++i) series.add_source(SourceId{i}, false, 1, TimePoint{});

  auto const columns = series_of(series).at("columns");
  REQUIRE(columns.size() == TrafficSeries::kColumnsMax);
  CHECK(columns.back().at("others") == true);
  CHECK(columns.back().at("bytes").at(0) == 100 - TrafficSeries::kColumnsMax + 1);
}

TEST_CASE("a rate is known of less than a second too", "[why]") {
  TrafficSeries series;
  series.begin({});
  series.add_source(SourceId{1}, false, 500, TimePoint{100ms});
  CHECK(series.best().value == 0);
  series.add_source(SourceId{1}, false, 500, TimePoint{200ms});
  CHECK(series.best().value == 10'000);
}

TEST_CASE("who delivered stays in the record when very many peers come", "[why]") {
  PeerNotes notes(8);
  for (std::uint64_t i = 0; i < 100; ++i) {
    notes.seen(ScriptedSwarm::peer(i));
    if (i == 6) notes.received(ScriptedSwarm::peer(i).id, 10);
    notes.gone(ScriptedSwarm::peer(i).id, {Errc::connection_lost, {}, "it left"});
  }

  auto const record = written(notes);
  CHECK(record.at("peers_seen") == 100);
  CHECK(record.at("peers_left_out") == 92);
  REQUIRE(record.at("peers").size() == 8);
  auto const delivered = [](json const& peer) { return peer.at("received") == 10; };
  CHECK(std::ranges::any_of(record.at("peers"), delivered));
  CHECK(record.at("peers").at(0).at("address") == "192.0.2.1:7680");
  CHECK(record.at("peers").at(7).at("address") == "192.0.2.100:7680");
}

TEST_CASE("a refusal that turns out to be a second connection is not told", "[why]") {
  WhyWorld world;
  auto const record = world.why_of_swarm([](SwarmEvents& events, SpoolId spool) {
    auto const peer = ScriptedSwarm::peer();
    events.on_peer_refused(spool, peer.address, {Errc::connection_lost, {}, "it hung up"});
    events.on_peer(spool, peer);
  });
  CHECK(text_of(json::parse(record), "peer_refused") == "(none)");
  CHECK(text_of(json::parse(record), "peer_seen") != "(none)");
}

TEST_CASE("a record tells of few however many strangers are refused", "[why]") {
  WhyWorld world;
  auto const record = json::parse(world.why_of_swarm([](SwarmEvents& events, SpoolId spool) {
    for (int i = 0; i < 10'000; ++i) {
      events.on_peer_refused(spool, "198.51.100.1:" + std::to_string(i + 1),
                             {Errc::connect_failed, {}, "refused"});
    }
  }));
  CHECK(record.dump().size() < 20'000);
  CHECK(text_of(record, "peer_unreachable") != "(none)");
}

TEST_CASE("time is counted for what it was waited for", "[why]") {
  WaitBook book(TimePoint{});
  book.turn(Limiter::answer, TimePoint{2s});
  book.turn(Limiter::moving, TimePoint{3s});
  book.stop(TimePoint{7s});
  book.turn(Limiter::disk, TimePoint{9s});

  auto const times = book.times(TimePoint{20s});
  CHECK(times[static_cast<std::size_t>(Limiter::queue)] == 2s);
  CHECK(times[static_cast<std::size_t>(Limiter::answer)] == 1s);
  CHECK(times[static_cast<std::size_t>(Limiter::moving)] == 4s);
  CHECK(times[static_cast<std::size_t>(Limiter::disk)] == 0s);
}
