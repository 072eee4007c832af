// Clients under policies, their origin and their neighbours. Test thread.
#pragma once

#include <exception>
#include <functional>
#include <thread>

#include "engine/content/merkle.h"
#include "engine/content/merkle_builder.h"
#include "tests/integration/client/client_fixture.h"
#include "tests/integration/peer/net_space.h"

namespace freshet::test {

using Policies = std::vector<std::pair<std::string, std::string>>;

// Whatever the tests run on.
inline std::string const kPlainMachine = "battery = false\nmetered = false\nvpn = false\n";

inline ContentId content_of(std::string const& bytes) {
  MerkleBuilder builder(piece_length_for(bytes.size()));
  std::vector<Digest> leaves((bytes.size() + kBlockBytes - 1) / kBlockBytes);
  hash_blocks(std::as_bytes(std::span(bytes)), leaves);
  REQUIRE(builder.add(0, leaves));
  return (*builder.finish(bytes.size()))->content;
}

// What one side of a meeting is told.
struct Told {
  Policies policies;
  std::string machine = kPlainMachine;  // Of the file.
  std::string peers;
  bool far = false;       // In a group, and on no network of the other's.
  bool stranger = false;  // If far: in no group.
};

struct Side {
  explicit Side(Told const& told, std::vector<std::string> invited = {}) {
    auto& peers = options.peers;
    options.data_dir = folder / "data";
    options.policies = told.policies;
    options.policy_file = folder / "freshet.toml";
    write_file(options.policy_file, "[machine]\n" + told.machine + "[peers]\n" + told.peers);
    auto const far_mode = told.stranger ? DownloadMode::internet : DownloadMode::group;
    peers.mode = told.far ? far_mode : DownloadMode::lan;
    if (told.far && !told.stranger) peers.group_secret = "a secret of sixteen and more bytes";
    if (told.far) peers.local_networks = {"192.0.2.0/24"};
    if (told.far) host = invited.empty() ? "10.9.0.1" : "10.9.0.2";
    peers.listen = {host + ":0"};
    peers.local_search = false;
    peers.share_for = std::chrono::hours{1};
    peers.peers = std::move(invited);
  }
  void open() {
    client.reset();
    auto opened = Client::open(options);
    REQUIRE(opened);
    client.emplace(std::move(*opened));
  }
  [[nodiscard]] std::string address() {
    auto const port = client->peer_port();
    return host + ":" + std::to_string(port.value_or(1));
  }
  JobInfo get(FileSpec file, JobSpec spec = {.name = "test"}) {
    file.path = folder / "file";
    auto const job = client->start(std::move(spec), {std::move(file)});
    REQUIRE(job);
    auto const info = client->wait(*job, std::chrono::seconds{60});
    REQUIRE(info);
    INFO(client->why(*job).value_or("no record"));
    REQUIRE(info->state == JobState::transferred);
    REQUIRE(client->complete(*job));
    CHECK(std::filesystem::file_size(folder / "file") == info->progress.bytes_total);
    return *info;
  }

  TempFolder folder;
  std::string host = "127.0.0.1";
  Options options;
  std::optional<Client> client;
};

struct World {
  World() { origin.serve_file("/file", bytes); }
  [[nodiscard]] FileSpec file() const {
    FileSpec made;
    made.urls = {origin.url("/file")};
    made.content = content;
    return made;
  }

  std::string const bytes = made_bytes(2'000'000);
  ContentId const content = content_of(bytes);
  ScriptedOrigin origin;
};

// How much of a content one who wants it gets from one who has it, when peers have this head start
// before the origin, in seconds.
inline Bytes given(Told const& giving, Told taking, std::string const& head_start) {
  World world;
  Side giver(giving);
  giver.open();
  giver.get(world.file());
  taking.policies.emplace_back("DODelayForegroundDownloadFromHttp", head_start);
  Side taker(taking, {giver.address()});
  taker.open();
  return taker.get(world.file()).progress.from_peers;
}

inline bool meets(Told const& giving, Told const& taking = {}) {
  return given(giving, taking, "40") > 0;
}
inline bool avoids(Told const& giving, Told const& taking = {}) {
  return given(giving, taking, "2") == 0;
}

// Runs it where there are addresses that are not of this host alone: only then neighbours can be
// far. Commands of `ip` are run there first.
inline void in_a_network(std::function<void()> const& test,
                         std::vector<std::string> const& commands = {}) {
  auto const space = NetSpace::make();
  if (!space) {
    WARN("SKIPPED: network namespaces are not permitted here");
    return;
  }
  space->ip("address add 10.9.0.1/32 dev lo");
  space->ip("address add 10.9.0.2/32 dev lo");
  for (auto const& command : commands) space->ip(command);
  std::exception_ptr failure;
  std::thread([&] {
    try {
      space->enter();
      test();
    } catch (...) {
      failure = std::current_exception();
    }
  }).join();
  if (failure) std::rethrow_exception(failure);
}

inline Told with(Policies policies) {
  return {.policies = std::move(policies)};
}
inline Told far_with(Policies policies) {
  return {.policies = std::move(policies), .far = true};
}

}  // namespace freshet::test
