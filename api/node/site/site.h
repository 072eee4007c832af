// Answers requests for the node's own pages: who it is, its key, signed manifests, the tracker.
//
// Any thread; the tracker's book is behind a lock that is held for microseconds.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "api/node/http/presence.h"
#include "api/node/site/own_pages.h"
#include "api/node/site/site_key.h"
#include "api/node/tracker/announce_book.h"
#include "engine/ports/clock.h"

namespace freshet::node {

struct SiteOptions {
  std::string name;  // Of the node.
  std::string version;
  bool tracker = true;
  TrackerLimits limits;
};

struct OwnDocument {
  unsigned status = 200;
  std::string type;
  std::string body;
};

// How long who asks waits for what is not there yet.
struct Patience {
  Duration wait{};
  Presence presence;  // May be null.
};

class Site {
 public:
  // The torrent of a content. Nothing: it is not known, or not all of it is there.
  using ManifestFound = std::function<void(std::optional<std::string>)>;
  struct Finder {
    std::function<void(ContentId const&, ManifestFound)> by_content;
    std::function<void(std::string const& url, Patience const&, ManifestFound)> by_url;
  };

  // Without keys manifests are not signed.
  Site(SiteOptions options, std::optional<SiteKeys> keys, Clock& clock);

  // Before anybody asks. It outlives the requests that are under way.
  void set_finder(Finder finder) { finder_ = std::move(finder); }

  struct Visitor {
    AnnouncedBy by;
    std::string base;  // "http://host:port": the node as he says that he reached it.
    std::string at;    // "address:port": where he did.
    Patience patience;
  };
  using Answered = std::function<void(OwnDocument)>;
  // `done` runs once, maybe at once, on any thread.
  void ask(Url const& asked, Visitor const& visitor, Answered done);

  // Null: it signs nothing.
  using KeysPtr = std::shared_ptr<SiteKeys const>;  // Shared with requests that are under way.
  [[nodiscard]] KeysPtr keys() const { return std::atomic_load(&keys_); }
  void set_keys(SiteKeys keys);

 private:
  [[nodiscard]] OwnDocument about(std::string const& base) const;
  [[nodiscard]] OwnDocument key_page(bool signature) const;
  [[nodiscard]] OwnDocument proof_page(std::string const& nonce, std::string const& at) const;
  [[nodiscard]] OwnDocument tracker_page(OwnRequest const& request, AnnouncedBy const& by);
  [[nodiscard]] OwnDocument manifest_page(std::string torrent, bool signature) const;
  void find_manifest(OwnRequest const& request, Patience const& patience, Answered done) const;

  SiteOptions const options_;
  KeysPtr keys_;  // Replaced as a whole; std::atomic_load.
  Clock& clock_;
  Finder finder_;
  std::mutex mutex_;
  AnnounceBook book_;  // Under the lock.
};

}  // namespace freshet::node
