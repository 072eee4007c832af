// Fellow nodes of the same site: who of them has all of what a URL names, as a manifest says that a
// key of the site signed. All are asked at once; the first that has it is taken.
//
// Thread: the desk's. Nothing is told any more after `stop`.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/loop.h"
#include "engine/base/url.h"
#include "engine/content/manifest.h"
#include "engine/content/manifest_trust.h"
#include "engine/ports/clock.h"
#include "engine/ports/upstream.h"

namespace freshet::node {

struct Fellow {
  std::string host;  // "192.0.2.12:8080"
  std::shared_ptr<Manifest const> manifest;
};

// Where this fellow gives what the URL names, by Connected Cache's convention.
[[nodiscard]] std::string fellow_url(std::string const& host, Url const& url);

class Fellows : public std::enable_shared_from_this<Fellows> {
 public:
  struct Ports {
    Loop& desk;
    Upstream& upstream;
    Clock& clock;
    std::function<SignerPolicy()> signers;  // Whose manifests count.
  };
  Fellows(Ports ports, std::vector<std::string> hosts);

  using Answered = std::function<void(std::optional<Fellow>)>;
  // `done` runs once, in a later turn or at once where there is nobody to ask.
  void who_has(std::string const& url, Answered done);
  // It is away, or what it sent was wrong: it is not asked for a while.
  void leave_out(std::string const& host);
  void stop();

 private:
  struct Question;  // Shared by the answers that are still to come.
  using QuestionPtr = std::shared_ptr<Question>;
  struct Document {
    std::string host;
    std::string url;  // Of the manifest at that host.
    std::string torrent;
  };

  void fetch(std::string url, std::size_t bytes_max,
             std::function<void(Fellows&, Result<std::string>)> then);
  void on_torrent(QuestionPtr const& question, Document document, Result<std::string> torrent);
  void on_signature(QuestionPtr const& question, Document const& document,
                    Result<std::string> const& signature);
  void no(QuestionPtr const& question, std::string const& host, Error const& why);

  Ports const ports_;
  std::vector<std::string> const hosts_;
  std::map<std::string, TimePoint> left_out_until_;
  bool stopped_ = false;
};

}  // namespace freshet::node
