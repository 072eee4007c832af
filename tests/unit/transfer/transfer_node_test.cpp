// What a transfer makes of a node's word: a cache host that signs what URLs lead to.
#include <catch2/catch.hpp>

#include "engine/content/torrent_file.h"
#include "engine/transfer/transfers.h"
#include "tests/support/transfer_world.h"

using namespace freshet;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

constexpr auto kManifest = "/.well-known/freshet/url.torrent";

SecretKey key_from(unsigned seed) {
  std::array<std::byte, 40> entropy{};
  entropy[0] = entropy[35] = static_cast<std::byte>(seed);
  return SecretKey::make(entropy);
}

TransferOptions trusting(SecretKey const& key) {
  TransferOptions options;
  REQUIRE(options.trusted_keys.add(key.public_key(), "site"));
  return options;
}

// A node that holds what the origin has, and says so.
struct Site {
  explicit Site(SecretKey const& signs, TransferOptions options)
      : world(1, std::move(options)), document(*write_torrent(*manifest_of(bytes), {})) {
    put(kManifest, document);
    put(std::string(kManifest) + ".minisig",
        to_text(*signs.sign(std::as_bytes(std::span(document)), "of a test")));
    TransferPolicy policy;
    policy.cache_hosts = {"node"};
    world.transfers->set_policy(policy);
  }
  void put(std::string const& path, std::string const& text) {
    node.files[path].bytes = std::make_shared<std::string const>(text);
  }
  WishId run(Wish wish = TransferWorld::wish({"origin"})) {
    auto const id = world.want(std::move(wish));
    REQUIRE(world.run(id));
    return id;
  }

  std::string bytes = sim_bytes(2'000'000);
  TransferWorld world;
  std::string document;
  SimServer& origin = world.serve("origin", bytes);
  SimServer& node = world.serve("node", bytes);
};

}  // namespace

TEST_CASE("a node whose key is trusted says what a URL leads to and brings it", "[node]") {
  auto const key = key_from(1);
  Site site(key, trusting(key));

  auto const id = site.run();

  REQUIRE(site.world.told[id].result);
  CHECK(site.world.told[id].result->trust == Trust::signer);
  CHECK((site.world.bytes_of(id) == site.bytes));
  CHECK(site.origin.requests == 0);
}

TEST_CASE("a node with another key is not believed and not asked for bytes", "[node]") {
  Site site(key_from(2), trusting(key_from(1)));

  auto const id = site.run();

  REQUIRE(site.world.told[id].result);
  CHECK(site.world.told[id].result->trust == Trust::computed);
  CHECK(site.node.requests == 0);
}

TEST_CASE("without a trusted key no node is asked what a URL leads to", "[node]") {
  Site site(key_from(1), {});

  auto const id = site.run();

  CHECK(site.world.told[id].result->trust == Trust::computed);
  CHECK(site.node.requests == 0);
}

TEST_CASE("a node that does not have it or does not answer costs a second at most", "[node]") {
  auto const key = key_from(1);
  Site absent(key, trusting(key));
  absent.node.files.clear();
  auto const id = absent.run();
  REQUIRE(absent.world.told[id].result);
  CHECK((absent.world.bytes_of(id) == absent.bytes));

  Site slow(key, trusting(key));
  slow.node.latency = 1h;
  auto const begin = slow.world.loop.now();
  auto const other = slow.run();
  REQUIRE(slow.world.told[other].result);
  CHECK(slow.world.loop.now() - begin < 10s);
}

TEST_CASE("a job that names its signer takes the node's word for its manifest", "[node]") {
  auto const key = key_from(1);
  Site site(key, trusting(key));
  auto wish = TransferWorld::wish({"origin"});
  wish.signed_by = {to_base64(key.public_key())};

  CHECK(site.world.told[site.run(wish)].result);

  site.node.files.clear();
  auto const refused = site.run(wish);
  REQUIRE(site.world.told[refused].error);
  CHECK(site.world.told[refused].error->code == Errc::signature_missing);
}

namespace {

// The answer names the manifest, and takes 28 s.
void name_manifest_and_send_slowly(Site& site) {
  site.world.transfers->set_policy({});
  site.node.rate = 70'000;
  site.node.files["/file"].manifest_urls = {std::string("http://node") + kManifest};
}

// It comes with the second question, and its signature after it.
void check_manifest_comes_late(Site& site) {
  auto const id = site.run(TransferWorld::wish({"node"}));
  REQUIRE(site.world.told[id].result);
  CHECK(site.world.told[id].result->trust == Trust::signer);
  CHECK(site.node.documents == 3);
}

}  // namespace

TEST_CASE("where a manifest that the answer names is not there yet it is waited for", "[node]") {
  auto const key = key_from(1);
  Site site(key, trusting(key));
  name_manifest_and_send_slowly(site);
  site.node.files[kManifest].from = site.world.loop.now() + 22s;

  check_manifest_comes_late(site);
}

TEST_CASE("a manifest that has no room on a thin link is asked for again", "[node]") {
  auto const key = key_from(1);
  Site site(key, trusting(key));
  name_manifest_and_send_slowly(site);
  site.node.files[kManifest].starved_until = site.world.loop.now() + 12s;

  check_manifest_comes_late(site);
}

TEST_CASE("a server that does not wait is asked for the manifest once", "[node]") {
  auto const key = key_from(1);
  Site site(key, trusting(key));
  site.world.transfers->set_policy({});
  site.node.files["/file"].manifest_urls = {"http://node/nothing"};

  auto const id = site.run(TransferWorld::wish({"node"}));

  CHECK(site.world.told[id].result->trust == Trust::computed);
  CHECK(site.node.documents == 1);
}

TEST_CASE("where policy has the origin wait for the node the node may fetch it first", "[node]") {
  auto const key = key_from(1);
  Site site(key, trusting(key));
  TransferPolicy policy;
  policy.cache_hosts = {"node"};
  policy.foreground.cache_delay = policy.background.cache_delay = 30s;
  site.world.transfers->set_policy(policy);
  site.node.files[kManifest].from = site.world.loop.now() + 20s;

  auto const id = site.run();

  REQUIRE(site.world.told[id].result);
  CHECK(site.world.told[id].result->trust == Trust::signer);
  CHECK(site.origin.requests == 0);
}

TEST_CASE("a manifest that comes before the store has made room counts as soon as it has",
          "[node]") {
  auto const key = key_from(1);
  Site site(key, trusting(key));
  site.world.transfers->set_policy({});
  site.world.store.open_time = 5s;
  site.node.files["/file"].manifest_urls = {std::string("http://node") + kManifest};

  auto const id = site.run(TransferWorld::wish({"node"}));

  REQUIRE(site.world.told[id].result);
  CHECK(site.world.told[id].result->trust == Trust::signer);
}
