// What a node on the network says of a URL: it signs manifests of what it stores, so that a URL has
// an identity, and peers, whatever its origin says.
#include <algorithm>
#include <utility>

#include "engine/base/url.h"
#include "engine/content/torrent_file.h"
#include "engine/transfer/transfer.h"

namespace freshet {

namespace {

// Then the transfer goes on without it.
constexpr Duration kPatience = std::chrono::seconds{1};
constexpr Duration kWaitMax = std::chrono::seconds{60};  // As long as nodes wait.

std::string manifest_at(std::string const& host, Url const& url) {
  return "http://" + host +
         "/.well-known/freshet/url.torrent?url=" + percent_encoded(to_string(url));
}

}  // namespace

// Where the job names no content and somebody is trusted to do so. The node is told nothing of
// credentials.
bool Transfer::ask_node() {
  auto const& hosts = host_.policy().cache_hosts;
  auto const& file = first_wish().file;
  bool const known = file.content || file.sha256 || file.hash_of_hashes;
  if (hosts.empty() || signers_.keys.empty() || known || file.urls.empty()) return false;
  auto const url = parse_url(file.urls.front());
  if (!url || url->scheme == "file" || !url->userinfo.empty()) return false;
  OriginSpec origin;
  origin.url = manifest_at(hosts.front(), *url);
  origin.proxy = "-";
  // Where policy has the origin wait for cache hosts, the node may fetch the content meanwhile.
  auto const held = host_.policy().of(priority()).cache_delay;
  auto const wait = std::chrono::floor<std::chrono::seconds>(std::min(held, kWaitMax));
  if (wait > Duration{}) origin.headers = {{"Prefer", "wait=" + std::to_string(wait.count())}};
  auto const heard = std::make_shared<bool>(false);  // Shared by the answer and the timer.
  fetch_manifest(std::move(origin), [heard](Transfer& self, Result<Fetched> const& fetched) {
    std::exchange(*heard, true) ? self.hear_node_late(fetched) : self.hear_node(fetched);
  });
  auto const late = while_alive([heard](Transfer& self) {
    if (!std::exchange(*heard, true)) self.begin_without_manifest();
  });
  static_cast<void>(host_.ports().loop.at(now() + std::max<Duration>(kPatience, wait), late));
  return true;
}

void Transfer::hear_node(Result<Fetched> const& fetched) {
  if (phase_ != Phase::identifying) return;
  Result<void> taken =
      unexpected(fetched ? Error{Errc::signature_missing, {}, {}} : fetched.error());
  if (fetched && !fetched->vouched.signer.empty()) taken = take_manifest(*fetched);
  if (taken && identity_.manifest) return open_or_probe();
  bool const absent = !taken && taken.error().code == Errc::http_not_found;
  if (!taken && !absent) why_.note(now(), WhyCode::manifest_refused, SourceId::none, taken.error());
  begin_without_manifest();
}

void Transfer::hear_node_late(Result<Fetched> const& fetched) {
  if (!fetched || fetched->vouched.signer.empty()) return;
  auto const torrent = read_torrent(fetched->bytes);
  if (torrent) take_late_manifest(torrent->manifest, SourceId::none, fetched->vouched);
}

}  // namespace freshet
