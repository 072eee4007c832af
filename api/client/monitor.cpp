#include "api/client/monitor.h"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>

#include "api/client/embedded_engine.h"
#include "engine/policy/decide.h"
#include "engine/policy/policy_table.h"
#include "engine/ports/share_marks.h"
#include "engine/share/sharing.h"
#include "peer/swarm.h"
#include "store/store.h"

namespace freshet {

namespace {

// The parts that many files are looked up in, gathered once.
struct Scene {
  explicit Scene(EmbeddedEngine& from) : engine(from), stored(from.contents().list()) {
    if (engine.swarm() != nullptr) peers = engine.swarm()->known_peers();
    for (auto const& content : stored) {
      if (content.content) by_content[*content.content] = &content;
    }
    auto const hosts =
        comma_list(cache_hosts_of(engine.policies().policy(), engine.keeper().machine()));
    if (!hosts.empty()) cache_host = hosts.front();
  }

  EmbeddedEngine& engine;
  std::vector<StoredContent> stored;
  std::map<ContentId, StoredContent const*> by_content;
  std::vector<PeerStatus> peers;
  std::string cache_host;
};

void add_peers(FileStatus& status, Scene const& scene, ContentId const& content) {
  auto* const swarm = scene.engine.swarm();
  if (swarm == nullptr) return;
  status.peers = swarm->traffic(content);
  for (auto const& peer : scene.peers) {
    if (peer.content != content) continue;
    ++status.peers_known;
    if (peer.connected) ++status.peer_connections.of(peer.peer_class);
  }
}

void add_stored(FileStatus& status, Scene const& scene, StoredContent const& stored) {
  status.size_in_cache = stored.present;
  if (auto const came = scene.engine.arrivals().find(stored.spool)) status.peers = came->peers;
  auto const& marked = scene.engine.share_marks().marked();
  if (auto const mark = marked.find(stored.spool); mark != marked.end()) {
    status.pinned = mark->second == kUntilUnshared;
    if (!status.pinned) status.expires = mark->second;
  } else {
    status.expires = scene.engine.store().expires(stored.spool);
  }
  if (stored.sealed) {
    bool const shared =
        scene.engine.sharing().holds(stored.spool) || scene.engine.transfers().shares(stored.spool);
    status.state = shared ? FileState::caching : FileState::complete;
  }
}

FileState state_of(FileUse const& use) {
  if (use.transferred) return FileState::complete;
  bool const moving =
      use.state == JobState::transferring || use.state == JobState::connecting || use.active;
  return moving ? FileState::downloading : FileState::paused;
}

FileStatus status_of(FileUse const& use, Scene const& scene) {
  FileStatus status;
  status.file_id =
      use.content ? to_string(*use.content) : to_string(use.job) + "/" + std::to_string(use.index);
  status.size = use.length;
  status.size_in_cache = use.done;
  status.from_http = use.from_origin;
  status.from_peers = use.from_peers;
  status.from_cache_hosts = use.from_cache_hosts;
  status.state = state_of(use);
  status.foreground = use.priority == Priority::foreground;
  status.download_time = use.transfer_time;
  status.http_connections = use.connections;
  status.mode = scene.engine.peer_options().mode;
  status.source_url = use.url;
  status.cache_host = scene.cache_host;
  status.owner = use.owner;
  status.path = use.path;
  if (!use.content) return status;
  add_peers(status, scene, *use.content);
  if (auto const stored = scene.by_content.find(*use.content); stored != scene.by_content.end()) {
    add_stored(status, scene, *stored->second);
  }
  return status;
}

// No job has it any more.
FileStatus status_of(StoredContent const& stored, Scene const& scene) {
  FileStatus status;
  status.file_id = to_string(*stored.content);
  status.size = stored.length;
  status.mode = scene.engine.peer_options().mode;
  status.cache_host = scene.cache_host;
  status.path = stored.path;
  add_peers(status, scene, *stored.content);
  add_stored(status, scene, stored);
  return status;
}

void add_arrival(FileStatus& status, Arrival const& came) {
  status.from_http = came.from_origin;
  status.from_peers = came.from_peers;
  status.from_cache_hosts = came.from_cache_hosts;
  status.foreground = came.foreground;
  status.download_time = came.transfer_time;
  status.source_url = came.url;
  status.owner = came.owner;
}

// As the caller may see it: what a job was is for its owner and administrators, where others have
// their files for those who may see all that is stored.
std::optional<FileStatus> seen_by(Caller const& caller, StoredContent const& stored,
                                  Scene const& scene) {
  auto const came = scene.engine.arrivals().find(stored.spool);
  bool const own = came && came->owner == caller.uid;
  bool const sees_all = caller.administrator || caller.uid == ::geteuid();
  if (!own && !sees_all) return std::nullopt;
  auto status = status_of(stored, scene);
  if (came) add_arrival(status, *came);
  if (!sees_all) status.path.clear();
  if (own || caller.administrator) return status;
  status.source_url.clear();
  status.owner.reset();
  return status;
}

std::uint32_t percent_of(BytesPerSecond limit, BytesPerSecond measured) {
  if (limit.value == 0 || measured.value == 0) return 100;
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(100, limit.value * 100 / measured.value));
}

bool is_whole(Scene const& scene, ContentId const& content) {
  auto const stored = scene.by_content.find(content);
  return stored != scene.by_content.end() && stored->second->sealed;
}

void add_swarm(PerfSnapshot& perf, Scene const& scene) {
  std::set<ContentId> served;
  double giving = 0;
  for (auto const& peer : scene.peers) {
    if (!peer.connected) continue;
    ++perf.peers;
    ++perf.peer_connections.of(peer.peer_class);
    if (peer.sending.value > 0) served.insert(peer.content);
    if (!is_whole(scene, peer.content)) ++giving;
  }
  auto const downloads = perf.foreground_downloads + perf.background_downloads;
  if (downloads > 0) perf.peers_per_download = giving / downloads;
  perf.uploads = static_cast<std::uint32_t>(served.size());
}

void add_transfers(PerfSnapshot& perf, TransferCounts const& counts) {
  perf.cache_host_connections = counts.cache_connections;
  perf.origin_connections = counts.origin_connections;
  perf.foreground_downloads = counts.foreground;
  perf.foreground_waiting = counts.foreground_waiting;
  perf.background_downloads = counts.background;
  perf.background_waiting = counts.background_waiting;
}

}  // namespace

std::vector<FileStatus> status_of(EmbeddedEngine& engine, Caller const& caller) {
  Scene const scene(engine);
  std::vector<FileStatus> all;
  std::set<ContentId> told;
  for (auto const& use : engine.book().file_uses(caller)) {
    if (use.content) told.insert(*use.content);
    all.push_back(status_of(use, scene));
  }
  for (auto const& stored : scene.stored) {
    if (!stored.content || told.contains(*stored.content)) continue;
    if (auto status = seen_by(caller, stored, scene)) all.push_back(std::move(*status));
  }
  return all;
}

PerfSnapshot perf_of(EmbeddedEngine& engine) {
  Scene const scene(engine);
  PerfSnapshot perf;
  perf.moved = engine.moved();
  perf.files = scene.stored.size();
  perf.mode = engine.peer_options().mode;
  for (auto const& stored : scene.stored) perf.cache_bytes += stored.present;
  auto& keeper = engine.keeper();
  perf.disk_bytes = keeper.machine().disk.value_or(0);
  perf.disk_free_bytes = keeper.machine().disk_free.value_or(0);
  auto const use = engine.machine_use().since_last();
  perf.cpu_percent = use.cpu_percent;
  perf.memory_bytes = use.memory_bytes;
  perf.downlink = use.received;
  perf.uplink = use.sent;
  perf.downlink_usage = keeper.downloading();
  perf.uplink_usage = keeper.uploading();
  auto const& verdict = engine.verdict();
  perf.foreground_rate_percent = percent_of(verdict.foreground, keeper.measured());
  perf.background_rate_percent = percent_of(verdict.background, keeper.measured());
  perf.upload_rate_percent = percent_of(verdict.upload, keeper.measured());
  add_transfers(perf, engine.transfers().counts());
  add_swarm(perf, scene);
  return perf;
}

}  // namespace freshet
