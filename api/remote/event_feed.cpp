#include "api/remote/event_feed.h"

#include <utility>

#include "api/wire/wire.h"

namespace freshet::remote {

namespace {

constexpr Duration kLookPatience = std::chrono::seconds{2};

}  // namespace

EventFeed::EventFeed(std::shared_ptr<StreamThread> thread, DaemonCalls& calls)
    : thread_(std::move(thread)),
      calls_(calls),
      link_(calls.options().socket,
            {[this] { return request(); }, [this](SseEvent const& event) { on_event(event); },
             [this] { on_end(); }}) {
  thread_->add(link_);
}

std::shared_ptr<void> EventFeed::watch(Client::Listener listener) {
  std::unique_lock lock(mutex_);
  auto const id = listeners_.add(std::move(listener));
  thread_->post([this] { link_.want(true); });
  if (!thread_->in_thread()) {
    changed_.wait_for(lock, calls_.options().call_timeout, [this] { return is_live_; });
  }
  lock.unlock();
  auto const end = [feed = weak_from_this(), id](void*) {
    if (auto const alive = feed.lock()) alive->remove(id);
  };
  static char anything;
  return {&anything, end};
}

void EventFeed::remove(std::uint64_t listener) {
  // On the thread, so that no call is under way afterwards.
  thread_->run([this, listener] {
    std::unique_lock lock(mutex_);
    listeners_.remove(listener);
    if (!listeners_.empty()) return;
    is_live_ = false;
    lock.unlock();
    // A later turn: this may be a call from within a listener.
    thread_->post([this] {
      std::lock_guard const again(mutex_);
      if (!listeners_.empty()) return;
      link_.want(false);
      is_live_ = knows_ = false;
      known_.clear();
      last_id_.clear();
    });
  });
}

std::string EventFeed::request() const {
  Request const request{.target = "/v1/events" +
                                  std::string(knows_ && !last_id_.empty() ? "" : "?snapshot=true")};
  if (last_id_.empty()) return request_text(request);
  return request_text(request, "Last-Event-ID: " + last_id_ + "\r\n");
}

void EventFeed::on_end() {
  std::lock_guard const lock(mutex_);
  is_live_ = false;
  phase_ = Phase::begin;
}

void EventFeed::on_event(SseEvent const& event) {
  if (!event.id.empty()) last_id_ = event.id;
  if (event.name == "ready") return on_ready(event);
  if (event.name == "job") {
    if (auto const job = wire::read<JobInfo>(event.data, wire::Unknown::ignore)) compare(*job);
    return;
  }
  if (event.name == "snapshot_end") {
    forget_absent();
    return live();
  }
  if (auto const job = wire::read<JobEvent>(event.data, wire::Unknown::ignore)) change(*job);
}

void EventFeed::on_ready(SseEvent const& event) {
  auto const ready = wire::read<wire::EventsReady>(event.data, wire::Unknown::ignore);
  present_.clear();
  phase_ = Phase::snapshot;
  if (ready && ready->resumed) live();
}

void EventFeed::live() {
  phase_ = Phase::live;
  knows_ = true;
  std::lock_guard const lock(mutex_);
  is_live_ = true;
  changed_.notify_all();
}

void EventFeed::change(JobEvent const& event) {
  if (event.kind == JobEvent::Kind::removed) {
    known_.erase(event.job.id);
  } else {
    auto& known = known_[event.job.id];
    known.job = event.job;
    if (event.kind == JobEvent::Kind::file_transferred) known.files.insert(event.file);
  }
  tell(event);
}

// A job as it is now, after a time of which nothing is known.
void EventFeed::compare(JobInfo const& job) {
  present_.insert(job.id);
  auto const [found, is_new] = known_.try_emplace(job.id);
  auto& known = found->second;
  auto const before = std::exchange(known.job, job);
  if (!knows_) return;
  if (job.progress.files_done > before.progress.files_done || (is_new && job.progress.files_done)) {
    compare_files(known, job);
  }
  if (is_new || before.state != job.state || before.error_count != job.error_count) {
    tell({JobEvent::Kind::state, job});
  }
}

void EventFeed::compare_files(Known& known, JobInfo const& job) {
  auto const text =
      calls_.call({.target = "/v1/jobs/" + to_string(job.id) + "/files"}, kLookPatience);
  if (!text.body) return;
  auto const files = wire::read<wire::FileList>(*text.body, wire::Unknown::ignore);
  if (!files) return;
  for (std::uint32_t i = 0; i < files->files.size(); ++i) {
    bool const due = files->files[i].transferred && known.files.insert(i).second;
    if (due) tell({JobEvent::Kind::file_transferred, job, i});
  }
}

void EventFeed::forget_absent() {
  for (auto entry = known_.begin(); entry != known_.end();) {
    if (present_.contains(entry->first)) {
      ++entry;
      continue;
    }
    auto job = std::move(entry->second.job);
    entry = known_.erase(entry);
    // How it ended is not remembered anywhere; most likely so.
    job.state = job.state == JobState::transferred ? JobState::acknowledged : JobState::cancelled;
    tell({JobEvent::Kind::removed, std::move(job)});
  }
  present_.clear();
}

}  // namespace freshet::remote
