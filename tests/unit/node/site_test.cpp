#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "api/node/discovery/proof.h"
#include "api/node/site/documents.h"
#include "api/node/site/own_pages.h"
#include "api/node/site/site.h"
#include "api/node/site/site_key.h"
#include "engine/content/digest_fields.h"
#include "engine/content/link_field.h"
#include "engine/content/manifest_trust.h"
#include "engine/content/torrent_file.h"
#include "tests/support/temp_folder.h"
#include "tests/support/transfer_world.h"

using namespace freshet;
using namespace freshet::node;
using freshet::test::manifest_of;

namespace {

constexpr WallTime kNow{std::chrono::seconds{1'000'000}};

std::optional<OwnRequest> asked(std::string path, std::optional<std::string> query = {}) {
  return parse_own(Url{.path = std::move(path), .query = std::move(query)});
}

unsigned mode_of(std::string const& path) {
  struct stat about {};
  REQUIRE(::stat(path.c_str(), &about) == 0);
  return about.st_mode & 0777;
}

SignerPolicy trusting(PublicKey const& key) {
  return *pinned_signers(std::vector<std::string>{to_base64(key)});
}

}  // namespace

TEST_CASE("the node's own pages are found by their paths", "[node][site]") {
  ContentId const content{5, *digest_from_hex(std::string(64, 'a'))};
  auto const page = asked(manifest_path(content));
  REQUIRE(page);
  CHECK(page->page == OwnPage::manifest_of_content);
  CHECK(page->content == content);
  CHECK_FALSE(page->signature);
  CHECK(asked(manifest_path(content) + ".minisig")->signature);
  CHECK(asked("/.well-known/freshet/node.json")->page == OwnPage::about);
  CHECK(asked("/.well-known/freshet/key.pub")->page == OwnPage::key);
  CHECK(asked("/.well-known/freshet/key.pub.minisig")->signature);
  CHECK(asked("/announce", "a=b")->query == "a=b");
  for (auto const path :
       {"/", "/x", "/.well-known/freshet/", "/.well-known/freshet/x",
        "/.well-known/freshet/content/5-aa.torrent", "/.well-known/freshet/content/.torrent",
        "/.well-known/freshet/torrent", "/.well-known/freshet/node.json.minisig"}) {
    INFO(path);
    CHECK_FALSE(asked(path));
  }
}

TEST_CASE("manifests are found by the URL of their content", "[node][site]") {
  auto const url = parse_url("http://node" + manifest_path_of_url("http://a.example/x?y=1&z=%20"));
  REQUIRE(url);
  auto const page = asked(url->path, url->query);
  REQUIRE(page);
  CHECK(page->page == OwnPage::manifest_of_url);
  CHECK(page->url == "http://a.example/x?y=1&z=%20");
  auto const signature = asked("/.well-known/freshet/url.torrent.minisig", url->query);
  REQUIRE(signature);
  CHECK(signature->signature);
  auto const path = "/.well-known/freshet/url.torrent";
  for (auto const query : {"", "url=", "url=x", "url=http%3A%2F%2Fa&b", "url=file:///etc",
                           "url=http://u:p@a/", "url=%zz", "u=http://a/"}) {
    INFO(query);
    CHECK_FALSE(asked(path, query));
  }
  CHECK_FALSE(asked(path));
}

TEST_CASE("a node makes its key at its first start and keeps it to itself", "[node][site]") {
  TempFolder const folder;
  auto const made = open_site_keys(folder.path());
  REQUIRE(made);
  CHECK(mode_of(folder / "node.key") == 0600);
  CHECK_FALSE(made->previous);
  auto const again = open_site_keys(folder.path());
  REQUIRE(again);
  CHECK(again->current.public_key() == made->current.public_key());
  CHECK(parse_public_key(again->public_text()) == made->current.public_key());
}

TEST_CASE("a key that others may read or that is none is refused", "[node][site]") {
  TempFolder const folder;
  REQUIRE(open_site_keys(folder.path()));
  REQUIRE(::chmod((folder / "node.key").c_str(), 0640) == 0);
  CHECK(open_site_keys(folder.path()).error().code == Errc::permission_denied);
  write_file(folder / "node.key", "nonsense");
  REQUIRE(::chmod((folder / "node.key").c_str(), 0600) == 0);
  CHECK(open_site_keys(folder.path()).error().code == Errc::signature_invalid);
  CHECK(read_file(folder / "node.key") == "nonsense");
}

TEST_CASE("the key before vouches for the one that took its place", "[node][site]") {
  TempFolder const folder;
  auto const first = open_site_keys(folder.path())->current.public_key();
  auto const rotated = rotate_site_keys(folder.path());
  REQUIRE(rotated);
  CHECK(rotated->current.public_key() != first);
  auto const introduction = rotated->introduction(kNow);
  REQUIRE(introduction);
  auto const signature = parse_signature(*introduction);
  REQUIRE(signature);
  auto const text = rotated->public_text();
  CHECK(verify(first, *signature, std::as_bytes(std::span(text))));
  CHECK(open_site_keys(folder.path())->previous->public_key() == first);
  TempFolder const fresh;
  CHECK(open_site_keys(fresh.path())->introduction(kNow) == std::string());
}

TEST_CASE("clients that trust the node's key believe its manifests", "[node][site]") {
  TempFolder const folder;
  auto const keys = open_site_keys(folder.path());
  auto const manifest = manifest_of(std::string(100'000, 'x'));
  auto const text = *write_torrent(*manifest, {});
  auto const made = sign_text(text, *keys, kNow);
  REQUIRE(made);
  ManifestDocument const document{text, *made, Trust::computed};
  auto const vouched = vouch(document, trusting(keys->current.public_key()));
  REQUIRE(vouched);
  CHECK(vouched->trust == Trust::signer);
  TempFolder const other;
  auto const strangers = open_site_keys(other.path())->current.public_key();
  auto const unknown = vouch(document, trusting(strangers));
  CHECK((!unknown || unknown->signer.empty()));
}

TEST_CASE("manifests are signed by the key before too until it is retired", "[node][site]") {
  TempFolder const folder;
  auto const first = open_site_keys(folder.path())->current.public_key();
  auto const keys = rotate_site_keys(folder.path());
  REQUIRE(keys);
  auto const text = *write_torrent(*manifest_of(std::string(100'000, 'x')), {});

  auto const both = *sign_text(text, *keys, kNow);
  auto const retired = retire_site_key(folder.path());
  REQUIRE(retired);
  auto const one = *sign_text(text, *retired, kNow);

  for (auto const& key : {first, keys->current.public_key()}) {
    CHECK(vouch({text, both, Trust::computed}, trusting(key))->trust == Trust::signer);
  }
  CHECK(parse_signature(one)->key == keys->current.public_key().id);
  CHECK_FALSE(retired->previous);
  CHECK(retire_site_key(folder.path()).error().code == Errc::not_found);
}

TEST_CASE("answers lead to the manifest and carry the digest", "[node][site]") {
  auto const manifest = manifest_of(std::string(100'000, 'x'));
  Digest sha256;
  sha256.bytes.fill(std::byte{7});
  Fields answer;
  describe(answer, "http://node:8080", manifest->content, sha256);
  CHECK(sha256_from_digest_field(*answer.first("Repr-Digest")) == sha256);
  auto const base = *parse_url("http://a.example/x");
  CHECK(manifest_urls(*answer.first("Link"), base) ==
        std::vector<std::string>{"http://node:8080" + manifest_path(manifest->content)});
  Fields theirs;
  theirs.add("Repr-Digest", "sha-512=:YQ==:");
  describe(theirs, "http://node", manifest->content, sha256);
  CHECK(theirs.only("Repr-Digest") == "sha-512=:YQ==:");
}

TEST_CASE("the node says who it is", "[node][site]") {
  TempFolder const folder;
  auto const key = open_site_keys(folder.path())->current.public_key();
  CHECK(about_text({"freshet", "0.1.0", key, "http://node/announce"}) ==
        "{\"name\":\"freshet\",\"version\":\"0.1.0\",\"key\":\"" + to_base64(key) +
            "\",\"key_id\":\"" + to_string(key.id) + "\",\"tracker\":\"http://node/announce\"}\n");
}

namespace {

struct StillClock final : Clock {
  [[nodiscard]] TimePoint now() const override { return TimePoint{}; }
  [[nodiscard]] WallTime wall() const override { return kNow; }
};

OwnDocument page(Site& site, std::string const& path, std::optional<std::string> query = {}) {
  std::optional<OwnDocument> answer;
  site.ask(Url{.path = path, .query = std::move(query)},
           {{*parse_address("192.0.2.1"), *parse_address("192.0.2.9")},
            "http://node:80",
            "192.0.2.9:80"},
           [&](OwnDocument document) { answer = std::move(document); });
  REQUIRE(answer);
  return *answer;
}

}  // namespace

TEST_CASE("a node's pages lead from its name to manifests that its key signed", "[node][site]") {
  TempFolder const folder;
  StillClock clock;
  Site site({"freshet", "0.1.0"}, std::move(*open_site_keys(folder.path())), clock);
  auto const manifest = manifest_of(std::string(100'000, 'x'));
  auto const text = *write_torrent(*manifest, {});
  std::optional<std::string> const none;
  site.set_finder({[&](ContentId const& content, Site::ManifestFound found) {
                     found(content == manifest->content ? std::optional(text) : none);
                   },
                   [&](std::string const& url, Patience const&, Site::ManifestFound found) {
                     found(url == "http://a.example/x" ? std::optional(text) : none);
                   }});

  auto const key = parse_public_key(page(site, "/.well-known/freshet/key.pub").body);
  REQUIRE(key);
  CHECK(*key == site.keys()->current.public_key());
  auto const path = manifest_path(manifest->content);
  auto const torrent = page(site, path);
  CHECK(torrent.type == "application/x-bittorrent");
  auto const signature = page(site, path + ".minisig");
  auto const vouched = vouch({torrent.body, signature.body, Trust::computed}, trusting(*key));
  REQUIRE(vouched);
  CHECK(vouched->trust == Trust::signer);
  CHECK(page(site, "/.well-known/freshet/url.torrent", "url=http%3A%2F%2Fa.example%2Fx").body ==
        torrent.body);
  CHECK(page(site, "/.well-known/freshet/url.torrent", "url=http%3A%2F%2Fb.example%2Fx").status ==
        404);
  CHECK(page(site, "/.well-known/freshet/key.pub.minisig").status == 404);
  CHECK(page(site, "/else").status == 404);
  CHECK(page(site, "/.well-known/freshet/node.json").body.find("http://node:80/announce") !=
        std::string::npos);
  CHECK(page(site, "/scrape", "x").body.starts_with("d14:failure reason"));
}

TEST_CASE("a node proves its key to who asked and at the address where he did", "[node][site]") {
  TempFolder const folder;
  StillClock clock;
  Site site({"freshet", "0.1.0"}, std::move(*open_site_keys(folder.path())), clock);
  auto const policy = trusting(site.keys()->current.public_key());
  std::string const nonce(kNonceDigits, 'a');
  std::string const path(kProofPath);

  auto const proof = page(site, path, "nonce=" + nonce).body;

  auto const judged = [&](std::string const& text) {
    return vouch({text, proof, Trust::computed}, policy);
  };
  REQUIRE(judged(proof_text("192.0.2.9:80", nonce)));
  CHECK(judged(proof_text("192.0.2.9:80", nonce))->trust == Trust::signer);
  CHECK_FALSE(judged(proof_text("192.0.2.8:80", nonce)));
  CHECK_FALSE(judged(proof_text("192.0.2.9:80", std::string(kNonceDigits, 'b'))));
  for (auto const& query : {std::string("nonce="), "nonce=" + nonce + "a",
                            "nonce=A" + nonce.substr(1), std::string("x=") + nonce}) {
    INFO(query);
    CHECK(page(site, path, query).status == 404);
  }
}

TEST_CASE("a node without key or tracker says so", "[node][site]") {
  StillClock clock;
  Site site({"freshet", "0.1.0", false}, std::nullopt, clock);
  CHECK(page(site, "/.well-known/freshet/key.pub").status == 404);
  CHECK(page(site, "/announce", "x").status == 404);
  CHECK(page(site, std::string(kProofPath), "nonce=" + std::string(kNonceDigits, '0')).status ==
        404);
  CHECK(page(site, "/.well-known/freshet/node.json").body ==
        "{\"name\":\"freshet\",\"version\":\"0.1.0\"}\n");
}
