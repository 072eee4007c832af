#include "api/com/host.h"

#include <stdlib.h>

#include <algorithm>
#include <filesystem>

#include "api/com/download_core.h"
#include "api/com/job_core.h"
#include "api/com/job_post.h"
#include "api/com/job_streams.h"
#include "engine/base/assert.h"

namespace freshet::com {

class Host::Key {};

std::shared_ptr<Host> Host::make(std::shared_ptr<Client> client) {
  auto host = std::make_shared<Host>(Key{}, client);
  host->watching_ = client->watch([weak = std::weak_ptr(host)](JobEvent const& event) {
    if (auto const self = weak.lock()) self->on_event(event);
  });
  return host;
}

Host::Host(Key, std::shared_ptr<Client> client) : client_(std::move(client)) {}

Host::~Host() {
  std::error_code ignored;
  if (!stream_directory_.empty()) std::filesystem::remove_all(stream_directory_, ignored);
}

std::shared_ptr<Client> Host::client() const {
  std::lock_guard const lock(mutex_);
  return client_;
}

void Host::close() {
  FRESHET_ASSERT(!courier_.on_own_thread());
  courier_.stop();
  std::map<JobId, std::shared_ptr<JobPost>> posts;
  std::map<JobId, std::shared_ptr<JobStreams>> streams;
  std::vector<std::shared_ptr<DownloadCore>> downloads;
  std::shared_ptr<void> watching;
  std::shared_ptr<Client> client;
  {
    std::lock_guard const lock(mutex_);
    posts.swap(posts_);
    streams.swap(streams_);
    downloads.swap(downloads_);
    watching.swap(watching_);
    client.swap(client_);
  }
  watching.reset();
  streams.clear();
  for (auto const& download : downloads) download->stop();
}

std::shared_ptr<JobCore> Host::core(JobId id, Family family) {
  std::lock_guard const lock(mutex_);
  auto& known = cores_[{id, family}];
  if (auto core = known.lock()) return core;
  auto core = std::make_shared<JobCore>(shared_from_this(), id, family);
  known = core;
  if (cores_.size() > cores_kept_) {
    std::erase_if(cores_, [](auto const& entry) { return entry.second.expired(); });
    cores_kept_ = std::max<std::size_t>(64, 2 * cores_.size());
  }
  return core;
}

std::shared_ptr<JobPost> Host::post(JobId id) const {
  std::lock_guard const lock(mutex_);
  auto const found = posts_.find(id);
  return found == posts_.end() ? nullptr : found->second;
}

void Host::set_post(JobId id, std::shared_ptr<JobPost> post) {
  std::lock_guard const lock(mutex_);
  std::swap(posts_[id], post);
  if (!posts_[id]) posts_.erase(id);
}

void Host::drop_post(JobId id, JobPost const* post) {
  std::shared_ptr<JobPost> dropped;  // Ends after the lock.
  std::lock_guard const lock(mutex_);
  auto const found = posts_.find(id);
  if (found == posts_.end() || found->second.get() != post) return;
  dropped = std::move(found->second);
  posts_.erase(found);
}

std::shared_ptr<JobStreams> Host::streams(JobId id) {
  std::lock_guard const lock(mutex_);
  auto& known = streams_[id];
  if (!known) known = std::make_shared<JobStreams>(*this, id);
  return known;
}

void Host::drop_streams(JobId id) {
  std::lock_guard const lock(mutex_);
  streams_.erase(id);
}

Result<std::string> Host::stream_directory() {
  std::lock_guard const lock(mutex_);
  if (!stream_directory_.empty()) return stream_directory_;
  std::error_code failed;
  auto made = (std::filesystem::temp_directory_path(failed) / "freshet-stream-XXXXXX").string();
  if (failed || ::mkdtemp(made.data()) == nullptr) {
    return fail(Errc::io_error, made, "no directory for streams can be made");
  }
  stream_directory_ = made;
  return made;
}

void Host::add_download(std::shared_ptr<DownloadCore> download) {
  std::lock_guard const lock(mutex_);
  downloads_.push_back(std::move(download));
}

void Host::drop_download(DownloadCore const* download) {
  std::shared_ptr<DownloadCore> dropped;  // Ends after the lock.
  std::lock_guard const lock(mutex_);
  auto const found = std::ranges::find(downloads_, download, &std::shared_ptr<DownloadCore>::get);
  if (found == downloads_.end()) return;
  dropped = std::move(*found);
  downloads_.erase(found);
}

std::vector<std::shared_ptr<DownloadCore>> Host::downloads() const {
  std::lock_guard const lock(mutex_);
  return downloads_;
}

// On the engine's loop: only puts down what happened.
void Host::on_event(JobEvent const& event) {
  std::vector<std::shared_ptr<JobCore>> cores;
  std::shared_ptr<JobPost> post;
  std::shared_ptr<JobStreams> streams;
  std::vector<std::shared_ptr<DownloadCore>> downloads;
  {
    std::lock_guard const lock(mutex_);
    for (auto const family : {Family::delivery_optimization, Family::bits}) {
      auto const found = cores_.find({event.job.id, family});
      if (found != cores_.end()) cores.push_back(found->second.lock());
    }
    if (auto const found = posts_.find(event.job.id); found != posts_.end()) post = found->second;
    if (auto const at = streams_.find(event.job.id); at != streams_.end()) streams = at->second;
    downloads = downloads_;
  }
  for (auto const& download : downloads) download->on_event(event);
  bool const gone = event.kind == JobEvent::Kind::removed;
  for (auto const& core : cores) {
    if (core) gone ? core->ended(event.job) : core->on_event();
  }
  if (!gone) return;
  if (post) post->end();
  if (streams) streams->end();
}

}  // namespace freshet::com
