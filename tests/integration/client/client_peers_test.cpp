// Clients of one machine that are each other's peers, over real stores and sockets.
#include "engine/content/merkle.h"
#include "engine/content/merkle_builder.h"
#include "tests/integration/client/client_fixture.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

// A neighbour with a directory and a place of its own, found by address alone.
struct Neighbour {
  explicit Neighbour(std::vector<std::string> peers, std::string secret = {},
                     Duration share_for = 1h) {
    options.data_dir = folder / "data";
    options.peers.mode = DownloadMode::lan;
    options.peers.listen = {"127.0.0.1:0"};
    options.peers.peers = std::move(peers);
    options.peers.group_secret = std::move(secret);
    options.peers.local_search = false;
    options.peers.share_for = share_for;
    open();
  }
  void open() {
    client.reset();
    auto opened = Client::open(options);
    REQUIRE(opened);
    client.emplace(std::move(*opened));
  }
  [[nodiscard]] std::string address() const {
    auto const port = client->peer_port();
    REQUIRE(port);
    return "127.0.0.1:" + std::to_string(*port);
  }
  // Fetched and placed, or how it stands when it gave up.
  JobInfo get(std::string const& url, ContentId const& content, Duration patience = 20s) {
    FileSpec file;
    file.urls = {url};
    file.path = folder / "file";
    file.content = content;
    auto const job = client->start(
        {.name = "test", .no_progress_timeout = patience, .retry_delay_min = 100ms}, {file});
    REQUIRE(job);
    auto const info = client->wait(*job, 60s);
    REQUIRE(info);
    INFO(client->why(*job).value_or("no record"));
    if (info->state == JobState::transferred) REQUIRE(client->complete(*job));
    return *info;
  }

  TempFolder folder;
  Options options;
  std::optional<Client> client;
};

ContentId content_of(std::string const& bytes) {
  MerkleBuilder builder(piece_length_for(bytes.size()));
  std::vector<Digest> leaves((bytes.size() + kBlockBytes - 1) / kBlockBytes);
  hash_blocks(std::as_bytes(std::span(bytes)), leaves);
  REQUIRE(builder.add(0, leaves));
  auto const manifest = builder.finish(bytes.size());
  REQUIRE(manifest);
  return (*manifest)->content;
}

constexpr auto kNowhere = "http://127.0.0.1:1/file";

struct Origin {
  Origin() { server.serve_file("/file", bytes); }

  std::string const bytes = made_bytes(5'000'000);
  ContentId const content = content_of(bytes);
  ScriptedOrigin server;
};

}  // namespace

TEST_CASE("who has only the content's id gets all of it from a neighbour",
          "[client][embedded][peer]") {
  Origin origin;
  Neighbour first({});
  CHECK(first.get(origin.server.url("/file"), origin.content).state == JobState::transferred);

  Neighbour second({first.address()});
  auto const got = second.get(kNowhere, origin.content);

  CHECK(got.state == JobState::transferred);
  CHECK(got.progress.from_peers == origin.bytes.size());
  CHECK(got.progress.from_origin == 0);
  CHECK(read_file(second.folder / "file") == origin.bytes);
  auto const peers = second.client->peers();
  REQUIRE(peers);
  // Met once more when the piece layer is known, it is listed once.
  REQUIRE(peers->size() == 1);
  CHECK(peers->at(0).address == first.address());
  CHECK(peers->at(0).speaks_claims);
  CHECK(peers->at(0).received >= origin.bytes.size());
}

TEST_CASE("what peers gave and got of a content is told over restarts",
          "[client][embedded][peer]") {
  Origin origin;
  Neighbour first({});
  CHECK(first.get(origin.server.url("/file"), origin.content).state == JobState::transferred);
  Neighbour second({first.address()});
  CHECK(second.get(kNowhere, origin.content).state == JobState::transferred);
  auto const size = origin.bytes.size();
  auto const told = [](Neighbour& side) {
    REQUIRE(side.client->peers());  // It is told as of now.
    return side.client->status().value().at(0);
  };
  CHECK(told(first).peers.lan.sent >= size);
  CHECK(told(second).peers.lan.received >= size);

  first.open();
  second.open();

  CHECK(told(first).from_http == size);
  CHECK(told(first).peers.lan.sent >= size);
  CHECK(told(second).from_http == 0);
  CHECK(told(second).from_peers == size);
  CHECK(told(second).percent_from_peers() == 100);
  CHECK(told(second).peers.lan.received >= size);
}

TEST_CASE("a content is shared again after a restart from where it was placed",
          "[client][embedded][peer]") {
  Origin origin;
  Neighbour first({});
  CHECK(first.get(origin.server.url("/file"), origin.content).state == JobState::transferred);
  first.open();
  REQUIRE(first.client->share(origin.content));
  CHECK(first.client->contents()->at(0).shared);

  Neighbour second({first.address()});
  CHECK(second.get(kNowhere, origin.content).progress.from_peers == origin.bytes.size());

  CHECK(first.client->unshare(origin.content));
  CHECK_FALSE(first.client->contents()->at(0).shared);
  CHECK_FALSE(first.client->unshare(origin.content));
}

TEST_CASE("what was shared is shared whenever the directory is open until it is unshared",
          "[client][embedded][peer]") {
  Origin origin;
  Neighbour first({}, {}, 0s);
  CHECK(first.get(origin.server.url("/file"), origin.content).state == JobState::transferred);
  REQUIRE(first.client->share(origin.content));

  first.open();
  CHECK(first.client->contents()->at(0).shared);
  Neighbour second({first.address()}, {}, 0s);
  CHECK(second.get(kNowhere, origin.content).progress.from_peers == origin.bytes.size());

  auto const peers = first.options.peers;
  first.options.peers = {};
  first.open();
  CHECK(first.client->unshare(origin.content));
  first.options.peers = peers;
  first.open();
  CHECK_FALSE(first.client->contents()->at(0).shared);
}

TEST_CASE("a placed file that somebody changed is not shared", "[client][embedded][peer]") {
  Origin origin;
  Neighbour first({}, {}, 0s);
  CHECK(first.get(origin.server.url("/file"), origin.content).state == JobState::transferred);
  std::filesystem::resize_file(first.folder / "file", 1000);

  auto const shared = first.client->share(origin.content);

  REQUIRE_FALSE(shared);
  CHECK(first.client->contents()->empty());
}

TEST_CASE("without the group's secret no byte comes from its members", "[client][embedded][peer]") {
  Origin origin;
  Neighbour member({}, "a secret of sixteen and more bytes");
  CHECK(member.get(origin.server.url("/file"), origin.content).state == JobState::transferred);

  Neighbour stranger({member.address()}, "another secret of sixteen bytes");
  CHECK(stranger.get(kNowhere, origin.content, 3s).progress.from_peers == 0);

  Neighbour other({member.address()}, "a secret of sixteen and more bytes");
  CHECK(other.get(kNowhere, origin.content).progress.from_peers == origin.bytes.size());
}

TEST_CASE("with peers off nothing is shared and nobody is met", "[client][embedded][peer]") {
  Origin origin;
  Neighbour alone({});
  alone.options.peers = {};
  alone.open();
  CHECK(alone.get(origin.server.url("/file"), origin.content).state == JobState::transferred);
  auto const shared = alone.client->share(origin.content);
  REQUIRE_FALSE(shared);
  CHECK(shared.error().code == Errc::policy_refused);
  CHECK(alone.client->peers()->empty());
  CHECK(alone.client->peer_port().error().code == Errc::policy_refused);
}
