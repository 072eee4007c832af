// What each policy does to a whole client, its origin and its neighbours.
#include <ctime>

#include "engine/policy/month_book.h"
#include "tests/integration/client/policy_world.h"
#include "tests/support/real_store.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

using std::chrono::steady_clock;

// As if this month's counters had come so far.
void begin_month(Side const& side,
                 std::function<void(MonthBook&, std::string const&)> const& count) {
  std::array<char, 16> text{};
  auto const now = std::time(nullptr);
  static_cast<void>(std::strftime(text.data(), text.size(), "%Y-%m", std::localtime(&now)));
  std::string const month = text.data();
  MonthBook book;
  count(book, month);
  RealStore store(side.options.data_dir);
  REQUIRE(store.ask<Result<void>>([&](auto answer) {
    store.store().notes().save("month/" + month, book.note_of(month), std::move(answer));
  }));
}

// What a download takes with these policies, where 2 MB/s were measured.
Duration time_with(Policies policies, Priority priority = Priority::foreground) {
  World world;
  Side side({.policies = std::move(policies)});
  begin_month(side, [](MonthBook& book, std::string const& month) {
    book.add(month, {});
    book.see_rate(month, {2'000'000});
  });
  side.open();
  auto const begin = steady_clock::now();
  side.get(world.file(), {.name = "test", .priority = priority});
  return steady_clock::now() - begin;
}

std::string hours_around_now(std::string const& percents) {
  auto const now = std::time(nullptr);
  auto const hour = std::localtime(&now)->tm_hour;
  return std::to_string(hour) + "-" + std::to_string((hour + 2) % 24) + ":" + percents;
}

}  // namespace

TEST_CASE("neighbours without policies give each other what they have", "[client][effect]") {
  CHECK(meets({}));
  in_a_network([] { CHECK(meets({.far = true}, {.far = true})); });
}

TEST_CASE("a machine with too little memory or disk is no peer", "[client][effect]") {
  CHECK(avoids(with({{"DOMinRAMAllowedToPeer", "100000"}})));
  CHECK(avoids({}, with({{"DOMinDiskSizeAllowedToPeer", "100000000"}})));
}

TEST_CASE("on battery nobody is served and everybody may serve us", "[client][effect]") {
  Told const on_battery{.machine = "battery = true\nmetered = false\nvpn = false\n"};
  CHECK(avoids(on_battery));
  CHECK(meets({}, on_battery));
}

TEST_CASE("on a metered network nobody is served", "[client][effect]") {
  CHECK(avoids({.machine = "battery = false\nmetered = true\nvpn = false\n"}));
}

TEST_CASE("on a VPN nobody is met unless that is allowed", "[client][effect]") {
  Told vpn{.machine = "battery = false\nmetered = false\nvpn = true\n"};
  CHECK(avoids(vpn));
  vpn.policies = {{"DOAllowVPNPeerCaching", "true"}};
  CHECK(meets(vpn, vpn));
}

TEST_CASE("small files are not brought to peers", "[client][effect]") {
  CHECK(avoids(with({{"DOMinFileSizeToCache", "3"}})));
  CHECK(avoids({}, with({{"DOMinFileSizeToCache", "3"}})));
  CHECK(meets(with({{"DOMinFileSizeToCache", "1"}}), with({{"DOMinFileSizeToCache", "1"}})));
}

TEST_CASE("the mode decides who is met", "[client][effect]") {
  CHECK(avoids(with({{"DODownloadMode", "off"}})));
  CHECK(avoids({}, with({{"DODownloadMode", "simple"}})));
  CHECK(avoids({}, with({{"DODownloadMode", "100"}})));
  in_a_network([] {
    CHECK(avoids(far_with({{"DODownloadMode", "lan"}}), {.far = true}));
    CHECK(meets(far_with({{"DODownloadMode", "group"}}), {.far = true}));
  });
}

TEST_CASE("groups of other names do not meet", "[client][effect]") {
  in_a_network([] {
    auto const a = far_with({{"DOGroupID", "a"}});
    CHECK(meets(a, a));
    CHECK(avoids(a, far_with({{"DOGroupID", "b"}})));
  });
}

TEST_CASE("peers can be restricted to the networks of our interfaces", "[client][effect]") {
  in_a_network([] {
    CHECK(avoids(far_with({{"DORestrictPeerSelectionBy", "1"}}), {.far = true}));
    CHECK(meets(far_with({{"DORestrictPeerSelectionBy", "0"}}), {.far = true}));
  });
}

TEST_CASE("a spent budget of the month ends uploads to Internet peers alone", "[client][effect]") {
  auto const gives = [](bool stranger, Bytes to_internet) {
    World world;
    Side giver({.policies = {{"DOMonthlyUploadDataCap", "1"}}, .far = true, .stranger = stranger});
    begin_month(giver, [&](MonthBook& book, std::string const& month) {
      MovedBytes moved;
      moved.peers.internet.sent = to_internet;
      moved.peers.group.sent = 1_GiB;
      book.add(month, moved);
    });
    giver.open();
    CHECK(giver.client->perf_this_month()->moved.peers.internet.sent == to_internet);
    giver.get(world.file());
    bool const spent = stranger && to_internet == 1_GiB;
    Side taker({.policies = {{"DODelayForegroundDownloadFromHttp", spent ? "2" : "40"}},
                .far = true,
                .stranger = stranger},
               {giver.address()});
    taker.open();
    return taker.get(world.file()).progress.from_peers > 0;
  };
  in_a_network([&] {
    CHECK(gives(false, 1_GiB));
    CHECK(gives(true, 0));
    CHECK_FALSE(gives(true, 1_GiB));
  });
}

TEST_CASE("limits hold for the kind of download they name", "[client][effect]") {
  auto constexpr kSlow = 800ms;
  CHECK(time_with({{"DOMaxForegroundDownloadBandwidth", "1000"}}) > kSlow);
  CHECK(time_with({{"DOMaxBackgroundDownloadBandwidth", "1000"}}, Priority::normal) > kSlow);
  CHECK(time_with({{"DOMaxDownloadBandwidth", "1000"}}, Priority::low) > kSlow);
  CHECK(time_with({{"DOMaxBackgroundDownloadBandwidth", "1"}}) < 50s);
  CHECK(time_with({{"DOMaxForegroundDownloadBandwidth", "1"}}, Priority::normal) < 50s);
}

TEST_CASE("percents are of the rate that was measured this month", "[client][effect]") {
  auto constexpr kSlow = 800ms;
  CHECK(time_with({{"DOPercentageMaxForegroundBandwidth", "50"}}) > kSlow);
  CHECK(time_with({{"DOPercentageMaxBackgroundBandwidth", "50"}}, Priority::normal) > kSlow);
  CHECK(time_with({{"DOPercentageMaxDownloadBandwidth", "50"}}) > kSlow);
}

TEST_CASE("business hours slow down what they name", "[client][effect]") {
  auto constexpr kSlow = 800ms;
  CHECK(time_with({{"DOSetHoursToLimitForegroundDownloadBandwidth", hours_around_now("50:100")}}) >
        kSlow);
  CHECK(time_with({{"DOSetHoursToLimitBackgroundDownloadBandwidth", hours_around_now("50:100")}},
                  Priority::normal) > kSlow);
  CHECK(time_with({{"DOSetHoursToLimitForegroundDownloadBandwidth", hours_around_now("100:1")}}) <
        10s);
}

TEST_CASE("uploads to all peers together are limited", "[client][effect]") {
  World world;
  Side giver(with({{"DOMaxUploadBandwidth", "1000"}}));
  giver.open();
  giver.get(world.file());
  Side taker(with({{"DODelayForegroundDownloadFromHttp", "20"}}), {giver.address()});
  taker.open();
  auto const begin = steady_clock::now();
  CHECK(taker.get(world.file()).progress.from_peers == world.bytes.size());
  CHECK(steady_clock::now() - begin > 800ms);
}

TEST_CASE("peers have a head start and the origin is asked after it", "[client][effect]") {
  World world;
  for (auto const priority : {Priority::foreground, Priority::normal}) {
    Side side(with(
        {{"DODelayForegroundDownloadFromHttp", "1"}, {"DODelayBackgroundDownloadFromHttp", "2"}}));
    side.open();
    auto const begin = steady_clock::now();
    side.get(world.file(), {.name = "test", .priority = priority});
    auto const took = steady_clock::now() - begin;
    CHECK(took >= (priority == Priority::foreground ? 1s : 2s));
    CHECK(took < 50s);
  }
}

TEST_CASE("a cache host spares the origin unless we are on a VPN that forbids it",
          "[client][effect]") {
  for (bool const vpn : {false, true}) {
    World world;
    ScriptedOrigin cache;
    cache.serve_file("/file", world.bytes);
    Side side({.policies = {{"DOCacheHost", "127.0.0.1:" + std::to_string(cache.port())},
                            {"DODisallowCacheServerDownloadsOnVPN", "true"}},
               .machine = vpn ? "vpn = true\n" : kPlainMachine});
    side.open();
    side.get(world.file());
    CHECK((world.origin.bytes_sent() == 0) == !vpn);
    CHECK((cache.bytes_sent() == 0) == vpn);
    auto const moved = side.client->perf()->moved;
    CHECK((vpn ? moved.from_origin : moved.from_cache_hosts) == world.bytes.size());
    CHECK((vpn ? moved.from_cache_hosts : moved.from_origin) == 0);
  }
}

TEST_CASE("a cache host that fails is waited for as long as the policy says", "[client][effect]") {
  auto const time_of = [](std::string const& kind, Priority priority) {
    World world;
    Side side(with({{"DOCacheHost", "127.0.0.1:1"}, {"DODelayCacheServerFallback" + kind, "1"}}));
    side.open();
    auto const begin = steady_clock::now();
    side.get(world.file(), {.name = "test", .priority = priority});
    CHECK(world.origin.bytes_sent() == world.bytes.size());
    return steady_clock::now() - begin;
  };
  CHECK(time_of("Foreground", Priority::foreground) >= 1s);
  CHECK(time_of("Background", Priority::normal) >= 1s);
}

TEST_CASE("the origin helps peers that bring a background download too little",
          "[client][effect]") {
  World world;
  Side giver(with({{"DOMaxUploadBandwidth", "100"}}));
  giver.open();
  giver.get(world.file());
  // Peers come first; then they bring it all, in twenty seconds, unless that is too slow.
  Side taker(with({{"DOMinBackgroundQoS", "1000"}, {"DODelayBackgroundDownloadFromHttp", "3"}}),
             {giver.address()});
  taker.open();
  auto const info = taker.get(world.file(), {.name = "test", .priority = Priority::low});
  CHECK(info.progress.from_peers < world.bytes.size());
}

TEST_CASE("what no job needs any more stays as long and as much as policy has it",
          "[client][effect]") {
  // Transferred, and not placed anywhere.
  auto const leave_in_cache = [](Side& side, World const& world) {
    auto file = world.file();
    file.path = side.folder / "file";
    auto const job = side.client->start({.name = "test"}, {file});
    REQUIRE(job);
    REQUIRE(side.client->wait(*job, 60s)->state == JobState::transferred);
    REQUIRE(side.client->cancel(*job));
  };
  auto const empties = [](Side& side) {
    auto const end = steady_clock::now() + 20s;
    while (!side.client->contents()->empty() && steady_clock::now() < end) {
      REQUIRE(side.client->reload_policies());  // It looks at the cache.
    }
    return side.client->contents()->empty();
  };
  World world;
  for (Policies const& kept :
       {Policies{{"DOAbsoluteMaxCacheSize", "1"}}, {{"DOMaxCacheSize", "90"}}}) {
    Side side(with(kept));
    side.options.peers.mode = DownloadMode::http_only;
    side.open();
    leave_in_cache(side, world);
    side.open();
    CHECK(side.client->contents()->size() == 1);
    auto const ends = side.client->status()->at(0).expires;
    auto const now = std::chrono::system_clock::now();
    REQUIRE(ends);
    CHECK((*ends > now + 71h && *ends <= now + 72h));  // DOMaxCacheAge
  }
  Side nothing(with({}));
  nothing.options.peers.mode = DownloadMode::http_only;
  nothing.open();
  leave_in_cache(nothing, world);
  CHECK(empties(nothing));

  Side aged(with({{"DOAbsoluteMaxCacheSize", "1"}, {"DOMaxCacheAge", "1"}}));
  aged.options.peers.mode = DownloadMode::http_only;
  aged.open();
  leave_in_cache(aged, world);
  CHECK(empties(aged));
}

TEST_CASE("a job that may cost nothing waits while the network is metered", "[client][effect]") {
  World world;
  Side side({.machine = "metered = true\n"});
  side.options.peers.mode = DownloadMode::http_only;
  side.open();
  auto file = world.file();
  file.path = side.folder / "file";
  auto const job =
      side.client->start({.name = "test", .costs = cost::only_unrestricted}, {std::move(file)});
  REQUIRE(job);
  CHECK(side.client->wait(*job, 1s).error().code == Errc::timed_out);
  CHECK(side.client->error(*job)->error.error.code == Errc::cost_refused);

  write_file(side.options.policy_file, "[machine]\nmetered = false\n");
  REQUIRE(side.client->reload_policies());
  CHECK(side.client->wait(*job, 60s)->state == JobState::transferred);
}

TEST_CASE("peers are met no more once a reload says so and again when it is taken back",
          "[client][effect]") {
  World world;
  Side giver({});
  auto const say = [&](std::string const& policy) {
    write_file(giver.options.policy_file, "[policy]\n" + policy + "[machine]\n" + kPlainMachine);
  };
  say("");
  giver.open();
  giver.get(world.file());
  auto const gets = [&](std::string const& head_start) {
    Side taker(with({{"DODelayForegroundDownloadFromHttp", head_start}}), {giver.address()});
    taker.open();
    return taker.get(world.file()).progress.from_peers > 0;
  };
  CHECK(gets("40"));
  say("DODownloadMode = \"off\"\n");
  REQUIRE(giver.client->reload_policies());
  CHECK_FALSE(giver.client->verdict()->peers.lan.meet);
  CHECK_FALSE(gets("2"));
  say("");
  REQUIRE(giver.client->reload_policies());
  CHECK(gets("40"));
}
