#include "api/node/site/site.h"

#include "api/node/discovery/proof.h"
#include "api/node/site/documents.h"
#include "api/node/tracker/tracker_reply.h"

namespace freshet::node {

namespace {

constexpr auto kText = "text/plain; charset=utf-8";
constexpr auto kTorrent = "application/x-bittorrent";

OwnDocument absent(std::string why) {
  return {404, kText, std::move(why) + "\n"};
}

OwnDocument failed(Error const& error) {
  return {500, kText, describe(error) + "\n"};
}

}  // namespace

Site::Site(SiteOptions options, std::optional<SiteKeys> keys, Clock& clock)
    : options_(std::move(options)), clock_(clock), book_(options_.limits) {
  if (keys) set_keys(std::move(*keys));
}

void Site::set_keys(SiteKeys keys) {
  std::atomic_store(&keys_, std::make_shared<SiteKeys const>(std::move(keys)));
}

OwnDocument Site::about(std::string const& base) const {
  auto const tracker = options_.tracker ? base + "/announce" : "";
  auto const keys = this->keys();
  auto const key = keys ? std::optional(keys->current.public_key()) : std::nullopt;
  return {200, "application/json", about_text({options_.name, options_.version, key, tracker})};
}

OwnDocument Site::key_page(bool signature) const {
  auto const keys = this->keys();
  if (!keys) return absent("This node has no key: sign of [node] is off.");
  if (!signature) return {200, kText, keys->public_text()};
  auto const introduction = keys->introduction(clock_.wall());
  if (!introduction) return failed(introduction.error());
  if (introduction->empty()) return absent("No key came before this one.");
  return {200, kText, *introduction};
}

OwnDocument Site::proof_page(std::string const& nonce, std::string const& at) const {
  auto const keys = this->keys();
  if (!keys) return absent("This node signs nothing.");
  auto made = sign_text(proof_text(at, nonce), *keys, clock_.wall());
  return made ? OwnDocument{200, kText, std::move(*made)} : failed(made.error());
}

OwnDocument Site::tracker_page(OwnRequest const& request, AnnouncedBy const& by) {
  if (!options_.tracker) return absent("This node is no tracker: tracker of [node] is off.");
  auto const path = request.page == OwnPage::announce ? "/announce" : "/scrape";
  std::lock_guard const lock(mutex_);
  return {200, kText, *answer_tracker(path, request.query, by, clock_.now(), book_)};
}

OwnDocument Site::manifest_page(std::string torrent, bool signature) const {
  if (!signature) return {200, kTorrent, std::move(torrent)};
  auto const keys = this->keys();
  if (!keys) return absent("This node signs nothing.");
  auto made = sign_text(torrent, *keys, clock_.wall());
  return made ? OwnDocument{200, kText, std::move(*made)} : failed(made.error());
}

void Site::find_manifest(OwnRequest const& request, Patience const& patience, Answered done) const {
  auto found = [this, signature = request.signature,
                done = std::move(done)](std::optional<std::string> torrent) {
    if (!torrent) return done(absent("This content is not stored here, or not all of it yet."));
    done(manifest_page(std::move(*torrent), signature));
  };
  bool const by_url = request.page == OwnPage::manifest_of_url;
  if (by_url && finder_.by_url) return finder_.by_url(request.url, patience, std::move(found));
  if (!by_url && finder_.by_content) return finder_.by_content(request.content, std::move(found));
  found(std::nullopt);
}

void Site::ask(Url const& asked, Visitor const& visitor, Answered done) {
  auto const request = parse_own(asked);
  if (!request) return done(absent("This node has no such document."));
  switch (request->page) {
    case OwnPage::about:
      return done(about(visitor.base));
    case OwnPage::key:
      return done(key_page(request->signature));
    case OwnPage::manifest_of_content:
    case OwnPage::manifest_of_url:
      return find_manifest(*request, visitor.patience, std::move(done));
    case OwnPage::proof:
      return done(proof_page(request->query, visitor.at));
    case OwnPage::announce:
    case OwnPage::scrape:
      return done(tracker_page(*request, visitor.by));
  }
}

}  // namespace freshet::node
