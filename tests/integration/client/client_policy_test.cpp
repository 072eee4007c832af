// Policies and monitoring of a whole client.
#include "tests/integration/client/client_fixture.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

PolicyEntry entry(Client const& client, std::string_view name) {
  auto const policies = client.policies();
  REQUIRE(policies);
  for (auto const& policy : *policies) {
    if (policy.name == name) return policy;
  }
  return {};
}

struct World : ClientFixture {
  void open_with(std::string const& file_text,
                 std::vector<std::pair<std::string, std::string>> policies = {}) {
    client.reset();
    made = options();
    made.policy_file = folder / "freshet.toml";
    made.policies = std::move(policies);
    made.peers.mode = DownloadMode::lan;
    made.peers.listen = {"127.0.0.1:0"};
    made.peers.local_search = false;
    write_file(made.policy_file, file_text);
    open_again();
  }
  void open_again() {
    client.reset();
    auto opened = Client::open(made);
    REQUIRE(opened);
    client.emplace(std::move(*opened));
  }
  // Fetched and placed.
  void get(std::string const& name, std::string const& bytes) {
    origin.serve_file("/" + name, bytes);
    auto const job = start({file(name)});
    REQUIRE(settled(job).state == JobState::transferred);
    REQUIRE(client->complete(job));
  }

  Options made;
};

}  // namespace

TEST_CASE("a policy is the default unless the file or the application says it",
          "[client][policy]") {
  World world;
  world.open_with("[policy]\nDOMonthlyUploadDataCap = 5\nDOMaxCacheAge = 60\n",
                  {{"DOMaxCacheAge", "7"}});
  auto& client = *world.client;

  CHECK(entry(client, "DOMonthlyUploadDataCap").value == "5");
  CHECK(entry(client, "DOMonthlyUploadDataCap").origin == PolicyOrigin::file);
  CHECK(entry(client, "DOMonthlyUploadDataCap").place == world.folder / "freshet.toml:2");
  CHECK(entry(client, "DOMaxCacheAge").value == "7");
  CHECK(entry(client, "DOMaxCacheAge").origin == PolicyOrigin::command_line);
  CHECK(entry(client, "DOMinRAMAllowedToPeer").origin == PolicyOrigin::standard);
  CHECK(entry(client, "DOMinRAMAllowedToPeer").value == "0");
}

TEST_CASE("a policy that cannot be keeps the client from opening", "[client][policy]") {
  World world;
  auto made = world.options();
  made.policies = {{"DOMaxCacheSize", "0"}};
  auto const opened = Client::open(made);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == Errc::invalid_argument);
  CHECK(opened.error().where == "DOMaxCacheSize");

  made.policies = {};
  made.policy_file = world.folder / "absent.toml";
  CHECK(Client::open(made).error().code == Errc::not_found);
}

TEST_CASE("the administrator's mode holds whatever the application wants", "[client][policy]") {
  World world;
  world.open_with("[policy]\nDODownloadMode = 0\n");
  CHECK(world.client->peer_port().error().code == Errc::policy_refused);
  world.open_with("");
  CHECK(world.client->peer_port());
}

TEST_CASE("policies are read again and a wrong file changes nothing", "[client][policy]") {
  World world;
  world.open_with("[machine]\nbattery = false\nmetered = false\nvpn = false\n");
  CHECK(world.client->verdict().value().peers.lan.serve);

  write_file(world.made.policy_file, "[machine]\nmetered = true\nvpn = false\n");
  REQUIRE(world.client->reload_policies());
  CHECK_FALSE(world.client->verdict().value().peers.lan.serve);
  CHECK(world.client->verdict().value().metered);

  write_file(world.made.policy_file, "[machine]\nmetred = false\n");
  auto const read = world.client->reload_policies();
  REQUIRE_FALSE(read);
  CHECK(read.error().why == "line 2: [machine] has no metred");
  CHECK(world.client->verdict().value().metered);
}

TEST_CASE("a limit of policy slows downloads", "[client][policy]") {
  World world;
  world.open_with("", {{"DOMaxForegroundDownloadBandwidth", "1000"}});
  auto const begin = std::chrono::steady_clock::now();
  world.get("slow", made_bytes(1'500'000));
  CHECK(std::chrono::steady_clock::now() - begin > 900ms);
}

TEST_CASE("what a machine without enough memory may not do is said", "[client][policy]") {
  World world;
  world.open_with("", {{"DOMinRAMAllowedToPeer", "100000"}});
  auto const verdict = world.client->verdict().value();
  CHECK_FALSE(verdict.peers.lan.meet);
  REQUIRE_FALSE(verdict.reasons.empty());
  CHECK(verdict.reasons.front().find("DOMinRAMAllowedToPeer") != std::string::npos);
}

TEST_CASE("what was moved is counted since the start and in the month", "[client][perf]") {
  World world;
  world.open_with("");
  auto const bytes = made_bytes(300'000);
  world.get("one", bytes);

  auto const perf = world.client->perf().value();
  CHECK(perf.moved.from_origin == bytes.size());
  CHECK(perf.moved.files_downloaded == 1);
  CHECK(perf.downloaded() == bytes.size());
  CHECK(perf.average_download() == bytes.size());
  CHECK(perf.mode == DownloadMode::lan);
  CHECK(perf.disk_bytes > 0);
  CHECK(perf.memory_bytes > 0);
  CHECK(perf.files == 1);
  CHECK(world.client->perf_this_month().value().moved.from_origin == bytes.size());

  world.open_again();
  CHECK(world.client->perf().value().moved.from_origin == 0);
  CHECK(world.client->perf_this_month().value().moved.from_origin == bytes.size());
  world.get("two", bytes);
  CHECK(world.client->perf_this_month().value().moved.from_origin == 2 * bytes.size());
  CHECK(world.client->perf_this_month().value().moved.files_downloaded == 2);
}

TEST_CASE("every file has its status", "[client][perf]") {
  World world;
  world.open_with("");
  auto const bytes = made_bytes(300'000);
  world.origin.serve_file("/file", bytes);
  auto const job = world.start({world.file("file")});
  REQUIRE(world.settled(job).state == JobState::transferred);

  auto const status = world.client->status().value();
  REQUIRE(status.size() == 1);
  CHECK(status[0].size == bytes.size());
  CHECK(status[0].size_in_cache == bytes.size());
  CHECK(status[0].downloaded() == bytes.size());
  CHECK(status[0].from_http == bytes.size());
  CHECK(status[0].percent_from_peers() == 0);
  CHECK(status[0].foreground);
  CHECK(status[0].source_url == world.origin.url("/file"));
  CHECK(status[0].state == FileState::complete);

  REQUIRE(world.client->complete(job));
  auto const content = world.client->contents().value().at(0).content;
  REQUIRE(content);
  REQUIRE(world.client->share(*content));
  auto const shared = world.client->status().value();
  REQUIRE(shared.size() == 1);
  CHECK(shared[0].state == FileState::caching);
  CHECK(shared[0].pinned);
  CHECK(shared[0].file_id == to_string(*content));
}
