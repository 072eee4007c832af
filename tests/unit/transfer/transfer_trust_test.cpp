// Whose manifests a transfer believes, and what it does with those it does not.
#include <catch2/catch.hpp>

#include "engine/content/torrent_file.h"
#include "engine/transfer/transfers.h"
#include "tests/support/piece_hashes.h"
#include "tests/support/transfer_world.h"

using namespace freshet;
using namespace freshet::test;

namespace {

SecretKey key_from(unsigned seed) {
  std::array<std::byte, 40> entropy{};
  entropy[0] = entropy[35] = static_cast<std::byte>(seed);
  return SecretKey::make(entropy);
}

std::string torrent_of(std::string const& bytes) {
  return *write_torrent(*manifest_of(bytes), {});
}

std::string signature_of(SecretKey const& key, std::string const& document) {
  return to_text(*key.sign(std::as_bytes(std::span(document)), "of a test"));
}

TransferOptions trusting(SecretKey const& key) {
  TransferOptions options;
  REQUIRE(options.trusted_keys.add(key.public_key(), "site"));
  return options;
}

void put(SimServer& server, std::string const& path, std::string const& bytes) {
  server.files[path].bytes = std::make_shared<std::string const>(bytes);
}

Errc error_of(TransferWorld& world, Wish const& wish) {
  auto const id = world.want(wish);
  REQUIRE(world.run(id));
  REQUIRE(world.told[id].error);
  return world.told[id].error->code;
}

// A file of several pieces at "origin", and a wish for it with the manifest's URL.
struct Site {
  explicit Site(TransferOptions options = {}) : world(1, std::move(options)) {
    put(server, "/m.torrent", document);
    wish.file.manifest = "http://origin/m.torrent";
  }
  WishResult result() {
    auto const id = world.want(wish);
    REQUIRE(world.run(id));
    if (world.told[id].error) FAIL(describe(*world.told[id].error) + world.transfers->why(id));
    why = world.transfers->why(id);
    CHECK((world.bytes_of(id) == bytes));
    return *world.told[id].result;
  }

  std::string bytes = sim_bytes(2'000'000);
  std::string document = torrent_of(bytes);
  TransferWorld world;
  SimServer& server = world.serve("origin", bytes);
  Wish wish = TransferWorld::wish({"origin"});
  std::string why;
};

bool is_manifest_error(Errc code) {
  return code == Errc::http_not_found || code == Errc::manifest_invalid;
}

}  // namespace

TEST_CASE("a manifest from a URL that a trusted key signed makes its signer vouch", "[trust]") {
  auto const key = key_from(1);
  Site site(trusting(key));
  put(site.server, "/m.torrent.minisig", signature_of(key, site.document));

  auto const result = site.result();

  CHECK(result.trust == Trust::signer);
  CHECK(result.signer == "site");
  CHECK(site.why.find("\"signer\":\"site\"") != std::string::npos);
}

TEST_CASE("the signature lies beside the manifest whatever query its URL has", "[trust]") {
  auto const key = key_from(1);
  Site site(trusting(key));
  put(site.server, "/m.torrent.minisig", signature_of(key, site.document));
  site.wish.file.manifest += "?token=1";

  CHECK(site.result().trust == Trust::signer);
}

TEST_CASE("over TLS the host of the manifest vouches for it and over nothing nobody does",
          "[trust]") {
  Site plain;
  CHECK(plain.result().trust == Trust::computed);
  CHECK(plain.why.find("\"trust\"") == std::string::npos);

  Site secure;
  secure.wish.file.manifest = "https://origin/m.torrent";
  CHECK(secure.result().trust == Trust::origin);

  Site downgraded;
  downgraded.wish.file.manifest = "https://origin/m.torrent";
  downgraded.wish.allow_downgrade = true;
  CHECK(downgraded.result().trust == Trust::computed);
}

TEST_CASE("a manifest whose SHA-256 the job gives is the job's word", "[trust]") {
  Site site;
  site.wish.file.manifest_sha256 = sha256(std::as_bytes(std::span(site.document)));
  CHECK(site.result().trust == Trust::job);

  Site other;
  other.wish.file.manifest_sha256 = Digest{};
  CHECK(error_of(other.world, other.wish) == Errc::manifest_mismatch);
}

TEST_CASE("a piece hash file is known by its own SHA-256 or its hash of hashes", "[trust]") {
  for (bool const by_itself : {true, false}) {
    Site site;
    auto const hashes = piece_hashes_of(site.bytes);
    auto const document = write_piece_hash_file(hashes);
    put(site.server, "/m.torrent", document);
    auto& file = site.wish.file;
    if (by_itself) file.manifest_sha256 = sha256(std::as_bytes(std::span(document)));
    if (!by_itself) file.hash_of_hashes = hashes.hash_of_hashes;
    CHECK(site.result().trust == Trust::job);
  }
}

TEST_CASE("without a manifest that is optional a file comes from its servers alone", "[trust]") {
  for (std::string const broken : {"absent", "wrong"}) {
    INFO(broken);
    Site site;
    site.wish.file.hash_of_hashes = Digest{};
    site.wish.file.manifest = "http://origin/" + broken;
    if (broken == "wrong") put(site.server, "/wrong", "{}");
    auto needed = site.wish;
    CHECK(is_manifest_error(error_of(site.world, needed)));

    site.wish.file.manifest_optional = true;
    CHECK(site.result().trust == Trust::computed);
    CHECK(site.why.find("manifest_refused") != std::string::npos);
  }
}

TEST_CASE("who may do without a manifest does not decide for who needs it", "[trust]") {
  Site site;
  site.wish.file.hash_of_hashes = Digest{};
  site.wish.file.manifest = "http://origin/absent";
  auto optional = site.wish;
  optional.file.manifest_optional = true;
  auto const without = site.world.want(optional);
  auto const needed = site.world.want(site.wish);
  REQUIRE(site.world.run(without));
  REQUIRE(site.world.run(needed));
  CHECK(site.world.told[without].result);
  CHECK(site.world.told[needed].error);
}

TEST_CASE("a manifest is needed where somebody must have signed it or nothing else says where",
          "[trust]") {
  Site site;
  site.wish.file.manifest = "http://origin/absent";
  site.wish.file.manifest_optional = true;
  site.wish.signed_by = {to_base64(key_from(1).public_key())};
  CHECK(error_of(site.world, site.wish) == Errc::http_not_found);
  site.wish.signed_by.clear();
  site.wish.file.urls.clear();
  CHECK(error_of(site.world, site.wish) == Errc::http_not_found);
}

TEST_CASE("what came past a flaw of a certificate is nobody's word", "[trust]") {
  Site flawed;
  flawed.wish.file.manifest = "https://origin/m.torrent";
  flawed.wish.http.accepted_flaws = tls_flaw::authority;
  CHECK(flawed.result().trust == Trust::computed);
}

TEST_CASE("a manifest that the job gives is the job's word and a signature may confirm it",
          "[trust]") {
  auto const key = key_from(1);
  Site site(trusting(key));
  site.wish.file.manifest = "/m.torrent";
  site.wish.manifest_document = site.document;
  site.wish.file.manifest_signature = signature_of(key, site.document);

  auto const result = site.result();

  CHECK(result.trust == Trust::job);
  CHECK(result.signer == "site");
}

TEST_CASE("a tampered manifest is refused although its signature is genuine", "[trust]") {
  auto const key = key_from(1);
  Site site(trusting(key));
  auto const signature = signature_of(key, site.document);
  auto const other = torrent_of(sim_bytes(2'000'000, 9));
  put(site.server, "/m.torrent", other);
  put(site.server, "/m.torrent.minisig", signature);
  CHECK(error_of(site.world, site.wish) == Errc::signature_invalid);

  site.wish.file.manifest = "/m.torrent";
  site.wish.manifest_document = other;
  site.wish.file.manifest_signature = signature;
  CHECK(error_of(site.world, site.wish) == Errc::signature_invalid);
  CHECK(site.server.sent == 0);
}

TEST_CASE("a job that names its signer takes no other and no unsigned manifest", "[trust]") {
  auto const key = key_from(1);
  auto const other = key_from(2);
  Site site(trusting(other));
  site.wish.signed_by = {to_base64(key.public_key())};
  CHECK(error_of(site.world, site.wish) == Errc::signature_missing);

  put(site.server, "/m.torrent.minisig", signature_of(other, site.document));
  CHECK(error_of(site.world, site.wish) == Errc::signature_untrusted);

  site.wish.file.manifest.clear();
  CHECK(error_of(site.world, site.wish) == Errc::signature_missing);

  site.wish.file.manifest = "http://origin/m.torrent";
  put(site.server, "/m.torrent.minisig", signature_of(key, site.document));
  CHECK(site.result().trust == Trust::signer);
}

TEST_CASE("where signatures are required an unsigned manifest is refused even over TLS",
          "[trust]") {
  auto const key = key_from(1);
  auto options = trusting(key);
  options.signatures_required = true;
  Site site(options);
  site.wish.file.manifest = "https://origin/m.torrent";
  CHECK(error_of(site.world, site.wish) == Errc::signature_missing);

  put(site.server, "/m.torrent.minisig", signature_of(key, site.document));
  CHECK(site.result().trust == Trust::origin);
}

TEST_CASE("a manifest that contradicts the job is left aside", "[trust]") {
  Site site;
  put(site.server, "/m.torrent", torrent_of(sim_bytes(2'000'000, 9)));
  site.wish.file.content = manifest_of(site.bytes)->content;

  CHECK(site.result().trust == Trust::job);
  CHECK(site.why.find("manifest_refused") != std::string::npos);
}

TEST_CASE("two things the job says that cannot both be true are an error", "[trust]") {
  Site site;
  site.wish.file.manifest = "/m.torrent";
  site.wish.manifest_document = torrent_of(sim_bytes(2'000'000, 9));
  site.wish.file.content = manifest_of(site.bytes)->content;

  CHECK(error_of(site.world, site.wish) == Errc::manifest_mismatch);
}

TEST_CASE("with the job's SHA-256 a manifest from the network only guides", "[trust]") {
  Site site;
  site.wish.file.sha256 = sha256_of(site.bytes);

  auto const result = site.result();

  CHECK(result.trust == Trust::job);
  CHECK(result.sha256 == sha256_of(site.bytes));
}

TEST_CASE("a manifest of other bytes cannot stand against the job's SHA-256", "[trust]") {
  Site site;
  auto const other = sim_bytes(2'000'000, 9);
  // A mirror has what the manifest describes, so that its pieces fit.
  site.world.serve("mirror", other);
  put(site.server, "/m.torrent", torrent_of(other));
  site.wish.file.urls = {"http://mirror/file", "http://origin/file"};
  site.wish.file.sha256 = sha256_of(site.bytes);

  auto const result = site.result();

  CHECK(result.trust == Trust::job);
  CHECK(result.content == manifest_of(site.bytes)->content);
  CHECK(site.why.find("manifest_refused") != std::string::npos);
}

TEST_CASE("an honest origin is not lost to a manifest of other bytes", "[trust]") {
  Site site;
  put(site.server, "/m.torrent", torrent_of(sim_bytes(2'000'000, 9)));
  site.wish.file.sha256 = sha256_of(site.bytes);

  CHECK(site.result().trust == Trust::job);

  Site shorter;
  put(shorter.server, "/m.torrent", torrent_of(sim_bytes(1'000'000, 9)));
  shorter.wish.file.sha256 = sha256_of(shorter.bytes);

  CHECK(shorter.result().trust == Trust::job);
}

TEST_CASE("the origin's digest over TLS decides over a manifest that nobody vouches for",
          "[trust]") {
  Site site;
  site.server.tls = true;
  site.wish.file.urls = {"https://origin/file"};
  site.server.files["/file"].repr_digest = sha256_of(site.bytes);

  CHECK(site.result().trust == Trust::origin);
}

TEST_CASE("a manifest that a link names over plain HTTP counts when a trusted key signed it",
          "[trust]") {
  auto const key = key_from(1);
  for (bool const is_signed : {true, false}) {
    Site site(trusting(key));
    site.wish.file.manifest.clear();
    site.server.rate = 1e6;
    site.server.files["/file"].manifest_urls = {"http://origin/m.torrent"};
    if (is_signed) put(site.server, "/m.torrent.minisig", signature_of(key, site.document));

    CHECK(site.result().trust == (is_signed ? Trust::signer : Trust::computed));
    CHECK((site.why.find("manifest_found") != std::string::npos) == is_signed);
  }
}

namespace {

// A file whose manifest a link names, over TLS, and which a weak ETag tells from others badly.
struct LinkedSite {
  explicit LinkedSite(std::string tag) { put_file(1, std::move(tag)); }
  void put_file(std::uint64_t seed, std::string tag) {
    bytes = sim_bytes(10 << 20, seed);
    server.tls = true;
    server.connection_rate = 1e6;
    auto& file = server.files["/file"];
    file.bytes = std::make_shared<std::string const>(bytes);
    file.validator = {std::move(tag), {}};
    file.manifest_urls = {"https://origin/m.torrent"};
    put(server, "/m.torrent", torrent_of(bytes));
  }
  void fetch_some(WishId id) {
    auto const some = [&] { return world.transfers->progress(id).done > (5 << 20); };
    world.loop.run_until(some, std::chrono::hours{1});
  }
  WishId finish(Wish const& again) {
    auto const id = world.want(again);
    REQUIRE(world.run(id));
    INFO(world.transfers->why(id));
    CHECK((world.bytes_of(id) == bytes));
    return id;
  }

  std::string bytes;
  TransferWorld world;
  SimServer& server = world.origin.server("origin");
  Wish wish = by_tls();

 private:
  static Wish by_tls() {
    auto linked = TransferWorld::wish({"origin"});
    linked.file.urls = {"https://origin/file"};
    return linked;
  }
};

}  // namespace

TEST_CASE("with a manifest an earlier run's bytes are kept although the ETag is weak", "[trust]") {
  LinkedSite site("W/\"v1\"");
  auto const first = site.world.want(site.wish);
  site.fetch_some(first);
  site.wish.spool = site.world.told[first].spool;
  site.wish.validator = site.world.told[first].validator;
  site.world.transfers->drop(first);
  site.world.loop.run_for(std::chrono::seconds{10});
  auto const sent = site.server.sent;

  auto const second = site.finish(site.wish);

  CHECK(site.world.why_has(second, "resumed"));
  CHECK(site.server.sent - sent < site.bytes.size() / 2 + (2 << 20));
}

TEST_CASE("a stream that breaks off goes on where it was once a manifest has come", "[trust]") {
  LinkedSite site("W/\"v1\"");
  auto const id = site.world.want(site.wish);
  site.fetch_some(id);
  REQUIRE(site.world.why_has(id, "manifest_found"));
  site.server.frozen = true;
  site.world.loop.run_for(std::chrono::seconds{4});
  site.server.frozen = false;

  REQUIRE(site.world.run(id));

  INFO(site.world.transfers->why(id));
  CHECK((site.world.bytes_of(id) == site.bytes));
  CHECK_FALSE(site.world.why_has(id, "started_over"));
  CHECK(site.server.sent < site.bytes.size() + (2 << 20));
}

TEST_CASE("an origin that changed the file since it described it is asked anew", "[trust]") {
  bool const in_a_later_run = GENERATE(false, true);
  LinkedSite site(in_a_later_run ? "W/\"v1\"" : "\"v1\"");
  auto const first = site.world.want(site.wish);
  site.fetch_some(first);
  if (in_a_later_run) {
    site.wish.spool = site.world.told[first].spool;
    site.wish.validator = site.world.told[first].validator;
    site.world.transfers->drop(first);
    site.world.loop.run_for(std::chrono::seconds{10});
  }
  site.put_file(2, in_a_later_run ? "W/\"v2\"" : "\"v2\"");

  auto const id = site.finish(site.wish);

  CHECK(site.world.why_has(id, "started_over"));
}

TEST_CASE("an origin that contradicts the job's manifest is banned although nobody vouches for it",
          "[trust]") {
  Site site;
  put(site.server, "/m.torrent", torrent_of(sim_bytes(2'000'000, 7)));

  CHECK(error_of(site.world, site.wish) == Errc::piece_mismatch);
}

TEST_CASE("over plain HTTP other bytes than an earlier run's manifest names are refused",
          "[trust]") {
  auto const key = key_from(1);
  Site site(trusting(key));
  site.wish.file.manifest.clear();
  site.server.connection_rate = 1e5;
  site.server.files["/file"].manifest_urls = {"http://origin/m.torrent"};
  put(site.server, "/m.torrent.minisig", signature_of(key, site.document));
  auto const first = site.world.want(site.wish);
  auto const some = [&] { return site.world.transfers->progress(first).done > 1'000'000; };
  site.world.loop.run_until(some, std::chrono::hours{1});
  REQUIRE(site.world.why_has(first, "manifest_found"));
  site.wish.spool = site.world.told[first].spool;
  site.wish.validator = site.world.told[first].validator;
  site.world.transfers->drop(first);
  site.world.loop.run_for(std::chrono::seconds{10});

  auto& file = site.server.files["/file"];
  file.bytes = std::make_shared<std::string const>(sim_bytes(2'000'000, 7));
  file.manifest_urls.clear();

  CHECK(error_of(site.world, site.wish) == Errc::piece_mismatch);
}
