// How a transfer learns what the right bytes are, and from whom.
#include <algorithm>
#include <span>
#include <utility>

#include "engine/base/hash.h"
#include "engine/base/url.h"
#include "engine/content/torrent_file.h"
#include "engine/transfer/transfer.h"

namespace freshet {

namespace {

// For a server that does not have it yet; then it is asked again.
constexpr std::chrono::seconds kManifestWait{20};
constexpr std::chrono::seconds kManifestRoom{60};

bool is_url(std::string const& text) {
  return text.starts_with("http://") || text.starts_with("https://");
}

// Beside the manifest, whatever query follows its name.
std::string signature_url(std::string const& manifest) {
  auto const end = std::min(manifest.find('?'), manifest.size());
  return manifest.substr(0, end) + ".minisig" + manifest.substr(end);
}

// A torrent begins with "d".
bool is_json(std::string_view document) {
  auto const first = document.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && document[first] == '{';
}

// The server answered, and has none: many hide what is not there behind a 403.
bool means_absent(Errc code) {
  return code == Errc::http_not_found || code == Errc::http_gone || code == Errc::http_forbidden;
}

std::string found_text(Vouched const& vouched, std::string from) {
  return vouched.signer.empty() ? from : from + ", signed by " + vouched.signer;
}

}  // namespace

// What the job says comes first: nothing that a server claims can weaken it.
void Transfer::find_identity() {
  phase_ = Phase::identifying;
  auto const& wish = first_wish();
  auto const& file = wish.file;
  if (wish.signed_by.empty()) {
    signers_ = {host_.options().trusted_keys, host_.options().signatures_required};
  } else if (auto pinned = pinned_signers(wish.signed_by)) {
    signers_ = std::move(*pinned);
  } else {
    return fail_all(pinned.error());
  }
  if (file.sha256 || file.content) {
    auto const believed = believe({Trust::job, "the job", file.content, file.sha256, std::nullopt});
    if (!believed) return fail_all(believed.error());
  }
  if (!wish.manifest_document.empty()) {
    std::optional<std::string_view> signature;
    if (!file.manifest_signature.empty()) signature = file.manifest_signature;
    auto const vouched = vouch({wish.manifest_document, signature, Trust::job}, signers_);
    if (!vouched) return read_manifest(unexpected(vouched.error()));
    return read_manifest(Fetched{wish.manifest_document, *vouched, {}});
  }
  if (is_url(file.manifest)) {
    // Credentials go to the hosts of the file's own URLs only.
    auto const manifest = parse_url(file.manifest);
    bool const same_host = manifest && std::ranges::any_of(file.urls, [&](std::string const& url) {
                             auto const parsed = parse_url(url);
                             return parsed && parsed->same_origin(*manifest);
                           });
    OriginSpec origin{file.manifest,        wish.headers, wish.proxy, wish.ca_file,
                      wish.allow_downgrade, wish.http,    {}};
    if (!same_host) origin.drop_credentials();
    return fetch_manifest(std::move(origin), [](Transfer& self, Result<Fetched> fetched) {
      self.read_manifest(std::move(fetched));
    });
  }
  if (!file.manifest.empty()) {
    return fail_all(Error{Errc::manifest_invalid, file.manifest, "its bytes were not given"});
  }
  if (!ask_node()) begin_without_manifest();
}

void Transfer::begin_without_manifest() {
  if (phase_ != Phase::identifying) return;
  auto const& wish = first_wish();
  if (wish.signed_by.empty()) return open_or_probe();
  fail_all(Error{Errc::signature_missing, wish.file.path, "has no manifest to be signed"});
}

// The document, its signature where somebody can judge it, and who vouches for it. Without a
// signature that is the host it came from, if TLS says that it was that host.
void Transfer::fetch_manifest(OriginSpec origin,
                              std::function<void(Transfer&, Result<Fetched>)> done) {
  auto const size_max = host_.options().manifest_bytes_max;
  auto got = [origin, done = std::move(done)](Transfer& self, Result<Document> document) {
    if (!document) return done(self, unexpected(document.error()));
    Vouched const host{origin.proven() ? Trust::origin : Trust::computed, {}};
    Fetched fetched{std::move(document->bytes), host, document->from};
    if (self.signers_.keys.empty() && !self.signers_.required) return done(self, fetched);
    self.fetch_signature(origin, std::move(fetched), done);
  };
  host_.ports().origin.get_document(std::move(origin), size_max, while_alive(std::move(got)));
}

void Transfer::fetch_signature(OriginSpec origin, Fetched fetched,
                               std::function<void(Transfer&, Result<Fetched>)> done) {
  origin.url = signature_url(origin.url);
  // Who has the one has the other at once.
  std::erase_if(origin.headers, [](auto const& each) { return each.name == "Prefer"; });
  auto got = [where = redact(origin.url), fetched = std::move(fetched), done = std::move(done)](
                 Transfer& self, Result<Document> const& signature) {
    if (!signature && self.signers_.required && !means_absent(signature.error().code)) {
      return done(self, unexpected(signature.error()));
    }
    std::optional<std::string_view> text;
    if (signature) text = signature->bytes;
    auto const vouched = vouch({fetched.bytes, text, fetched.vouched.trust}, self.signers_);
    if (!vouched) return done(self, fail(vouched.error().code, where, vouched.error().why));
    done(self, Fetched{fetched.bytes, *vouched, fetched.from});
  };
  host_.ports().origin.get_document(std::move(origin), kSignatureBytesMax,
                                    while_alive(std::move(got)));
}

void Transfer::read_manifest(Result<Fetched> fetched) {
  if (phase_ != Phase::identifying) return;
  if (!fetched) {
    auto error = fetched.error();
    if (error.where == "manifest" || error.where == "signature") {
      error.where = redact(first_wish().file.manifest);
    }
    return do_without_manifest(std::move(error));
  }
  if (auto taken = take_manifest(*fetched); !taken) return do_without_manifest(taken.error());
  open_or_probe();
}

// Who does not need it gets the file from its servers alone.
void Transfer::do_without_manifest(Error error) {
  auto const& wish = first_wish();
  bool const signature = signers_.required || !wish.signed_by.empty();
  bool const needed = !wish.file.manifest_optional || wish.file.urls.empty() || signature;
  if (needed) return fail_all(std::move(error));
  why_.note(now(), WhyCode::manifest_refused, describe(error));
  open_or_probe();
}

// A torrent, or a piece hash file with the hash of hashes that the application got elsewhere.
Result<void> Transfer::take_manifest(Fetched const& fetched) {
  auto const& file = first_wish().file;
  auto const name = redact(file.manifest);
  bool const named = file.manifest_sha256.has_value();
  if (named && sha256(std::as_bytes(std::span(fetched.bytes))) != *file.manifest_sha256) {
    return fail(Errc::manifest_mismatch, name, "has another SHA-256 than the job says");
  }
  if (file.hash_of_hashes || (named && is_json(fetched.bytes))) {
    auto hashes = file.hash_of_hashes ? read_piece_hash_file(fetched.bytes, *file.hash_of_hashes)
                                      : read_piece_hash_file(fetched.bytes);
    if (!hashes) return fail(hashes.error().code, name, hashes.error().why);
    identity_.piece_hashes = *hashes;
    trust_ = Trust::job;
    signer_ = fetched.vouched.signer;
    return {};
  }
  auto torrent = read_torrent(fetched.bytes);
  if (!torrent) return fail(torrent.error().code, name, torrent.error().why);
  auto const& content = torrent->manifest->content;
  auto const& vouched = fetched.vouched;
  auto const trust = named ? Trust::job : vouched.trust;
  auto const believed = believe({trust, "the manifest", content, {}, content.length});
  if (!believed) return unexpected(believed.error());
  if (!*believed) {
    why_.note(now(), WhyCode::manifest_refused, "the job names another content");
    return {};
  }
  identity_.manifest = torrent->manifest;
  manifest_trust_ = trust;
  signer_ = vouched.signer;
  auto const from = trust == Trust::job        ? "given with the job"
                    : trust == Trust::computed ? "nobody vouches for it"
                                               : "from its URL";
  why_.note(now(), WhyCode::manifest_found, found_text(vouched, from));
  // Who a trusted key belongs to may name what he likes.
  auto const named_from = vouched.signer.empty() ? fetched.from : std::nullopt;
  for (auto const& url : torrent->urls) add_source(url, Wish{}, named_from);
  return {};
}

Result<bool> Transfer::believe(IdentityClaim claim) {
  claims_.push_back(std::move(claim));
  auto const decision = decide_identity(claims_);
  bool const refused = decision && std::ranges::find(decision->refused, claims_.size() - 1) !=
                                       decision->refused.end();
  if (!decision || refused) claims_.pop_back();
  if (!decision) return unexpected(decision.error());
  if (refused) return false;
  expected_ = decision->content;
  identity_.sha256 = decision->sha256;
  provisional_ = decision->provisional;
  if (decision->trust != Trust::computed) trust_ = decision->trust;
  return true;
}

// What the origin says of the whole, over TLS. It may come late, when a manifest said enough to
// begin with; then it still decides over a weaker one.
void Transfer::hear_digest(OriginHead const& head) {
  if (!head.repr_digest || !head.tls_verified || identity_.sha256) return;
  if (trust_ && *trust_ <= Trust::origin) return;
  auto const believed = believe({Trust::origin, "the origin", {}, head.repr_digest, {}});
  if (!believed || !*believed) return;
  whole_decides_ = wishes_.any_whole();
  why_.note(now(), WhyCode::identity_known, reference_, "by the origin's digest over TLS");
  if (spool_ == SpoolId::none) return;
  leave_swarm(spool_);
  host_.ports().store.identify(spool_, identity_, [](Result<void> const&) {});
  ask_peers();
}

// A source names a manifest: pieces can be judged one by one, from whoever they come.
void Transfer::look_for_manifest(OriginHead const& head, SourceId source) {
  if (identity_.manifest || identity_.piece_hashes || !head.length) return;
  if (head.manifest_urls.empty() || *head.length <= kOnePieceBytes) return;
  if (!head.tls_verified && signers_.keys.empty()) return;
  auto origin = way(source)->origin;
  origin.url = head.manifest_urls.front();
  origin.drop_credentials();
  origin.headers = {{"Prefer", "wait=" + std::to_string(kManifestWait.count())}};
  origin.named_from = head.reach;
  planner_->await_manifest(source, now() + kManifestRoom);
  ask_for_manifest(origin, source, head.tls_verified);
}

// A server that still fetches the content itself, as a node does, has no manifest before the end:
// it waits for it, as it was asked to, and says in the end that there is none yet. And where many
// share a thin link their contents leave a document no room for a while.
bool Transfer::may_come_yet(Result<Fetched> const& fetched, Duration waited) const {
  if (fetched || waited <= kManifestWait / 2) return false;
  auto const code = fetched.error().code;
  bool const later = code == Errc::http_not_found || is_transient(code);
  return later && phase_ == Phase::fetching && !identity_.manifest;
}

void Transfer::ask_for_manifest(OriginSpec const& origin, SourceId source, bool named_over_tls) {
  fetch_manifest(origin, [=, since = now()](Transfer& self, Result<Fetched> fetched) {
    auto const refuse = [&](Error const& error) {
      self.why_.note(self.now(), WhyCode::manifest_refused, source, error);
    };
    if (self.may_come_yet(fetched, self.now() - since)) {
      return self.ask_for_manifest(origin, source, named_over_tls);
    }
    if (self.planner_) self.planner_->on_manifest();
    if (!fetched) return refuse(fetched.error());
    // A link that anyone could have written vouches for nothing.
    auto& vouched = fetched->vouched;
    if (vouched.signer.empty() && (!named_over_tls || vouched.trust == Trust::computed)) {
      return refuse({Errc::signature_missing, {}, "nobody vouches for it"});
    }
    if (!named_over_tls) vouched.trust = Trust::signer;
    auto const torrent = read_torrent(fetched->bytes);
    if (!torrent) return refuse(torrent.error());
    self.take_late_manifest(torrent->manifest, source, vouched);
  });
}

void Transfer::take_early_manifest() {
  auto early = std::exchange(early_manifest_, std::nullopt);
  if (early) take_late_manifest(std::move(early->manifest), early->source, early->vouched);
}

void Transfer::take_late_manifest(std::shared_ptr<Manifest const> manifest, SourceId source,
                                  Vouched const& vouched) {
  if (phase_ == Phase::opening) early_manifest_ = {std::move(manifest), source, vouched};
  if (phase_ != Phase::fetching || !planner_->opened() || identity_.manifest) return;
  auto const refuse = [this, source] {
    why_.note(now(), WhyCode::manifest_refused, source, "it describes another file");
  };
  bool const fits = manifest->content.length == length_ &&
                    manifest->piece_length == planner_->remaining()->geometry().piece_length;
  if (!fits || (expected_ && manifest->content != *expected_)) return refuse();
  auto identity = identity_;
  identity.manifest = manifest;
  identity.doubtful = believed_.has_value();
  auto done = [source, manifest, vouched, refuse](Transfer& self, Result<void> const& result) {
    if (!result) {
      self.why_.note(self.now(), WhyCode::manifest_refused, source, result.error());
      if (self.believed_ == manifest->content) self.give_up_told();
      return;
    }
    auto const believed = self.believe(
        {vouched.trust, "the manifest", manifest->content, {}, manifest->content.length});
    if (!believed || !*believed) return refuse();
    self.identity_.manifest = manifest;
    self.manifest_trust_ = vouched.trust;
    if (!vouched.signer.empty()) self.signer_ = vouched.signer;
    self.why_.note(
        self.now(), WhyCode::manifest_found, source,
        found_text(vouched, is_peer(source) || source == SourceId::none ? "from a peer"
                                                                        : "named by the origin"));
    self.allow_parts();
    self.admit_sources();
    self.join_swarm();
    self.tell_about_peers();
    self.tell_swarm_manifest();
    self.advance();
  };
  host_.ports().store.identify(spool_, std::move(identity), while_alive(std::move(done)));
}

// It described other bytes than those with the right digest. Nothing it said is kept: not whom it
// accused, and not the sources it named.
void Transfer::drop_provisional() {
  why_.note(now(), WhyCode::manifest_refused, "the whole does not have the digest it must have");
  if (believed_) refute(*believed_, "what is fetched tells otherwise");
  std::erase_if(claims_, [&](IdentityClaim const& claim) {
    return claim.content && claim.trust > trust_.value_or(Trust::computed);
  });
  for (auto& source : sources_.all()) {
    auto const named = [&](WishEntry const& entry) {
      return std::ranges::find(entry.wish.file.urls, way(source.id)->origin.url) !=
             entry.wish.file.urls.end();
    };
    if (std::ranges::any_of(wishes_.all(), named)) {
      SourceBook::acquit(source);
    } else {
      sources_.leave(source, {Errc::manifest_mismatch, source.name, "only that manifest names it"});
    }
  }
  identity_.manifest = nullptr;
  expected_.reset();
  signer_.clear();
  provisional_ = false;
  rejections_ = 0;
  host_.on_fetching_again(*this);
  start_over("what the manifest described was something else",
             Error{Errc::digest_mismatch, sources_.all().front().name,
                   "the whole does not have the digest it must have"});
}

// Only the origin said what is right, now or in an earlier run, and sends something else. What the
// job says is never given up, nor what was known of bytes that anyone on the way could have
// changed.
bool Transfer::origin_contradicts_itself() const {
  auto const& wish = first_wish();
  auto const& file = wish.file;
  bool const manifest =
      file.hash_of_hashes || !file.manifest.empty() || !wish.manifest_document.empty();
  bool const job_says = file.sha256 || file.content || (manifest && !file.manifest_optional);
  if (job_says || (trust_ ? *trust_ != Trust::origin : identity_.manifest == nullptr)) return false;
  auto const& origin = sources_.all().front();
  if (!way(origin.id)->origin.proven()) return false;
  return origin.banned ||
         (origin.left && origin.error && origin.error->code == Errc::content_changed);
}

// It has changed the file since: what it says of it is asked anew.
void Transfer::drop_origins_word() {
  claims_.clear();
  trust_.reset();
  identity_ = {};
  expected_.reset();
  signer_.clear();
  rejections_ = 0;
  SourceBook::acquit(sources_.all().front());
  host_.on_fetching_again(*this);
  start_over("the origin sends other bytes than it once described");
}

}  // namespace freshet
