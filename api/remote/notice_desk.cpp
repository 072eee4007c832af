#include "api/remote/notice_desk.h"

#include <atomic>
#include <utility>
#include <vector>

#include "api/wire/wire.h"

namespace freshet::remote {

namespace {

// What is done between two callbacks does not wait long for a daemon that has gone: it comes back
// with another stream, which begins anew.
constexpr Duration kPatience = std::chrono::seconds{1};

}  // namespace

NoticeDesk::NoticeDesk(std::shared_ptr<StreamThread> thread, DaemonCalls& calls)
    : thread_(std::move(thread)),
      calls_(calls),
      link_(calls.options().socket,
            {[] { return request_text({.target = "/v1/notices"}); },
             [this](SseEvent const& event) { on_event(event); }, [this] { on_end(); }}) {
  thread_->add(link_);
}

Result<std::string> NoticeDesk::stream() {
  thread_->post([this] { link_.want(true); });
  std::unique_lock lock(mutex_);
  bool const there =
      changed_.wait_for(lock, calls_.options().call_timeout, [this] { return !stream_.empty(); });
  if (there) return stream_;
  return fail(Errc::daemon_unavailable, "socket " + calls_.options().socket,
              "does not begin a stream of notices");
}

Result<void> NoticeDesk::attach(std::string const& stream, JobId job,
                                std::optional<Duration> patience) {
  auto const reply = calls_.call(
      {.method = "PUT", .target = "/v1/notices/" + stream + "/jobs/" + to_string(job)}, patience);
  return reply.body ? Result<void>() : tl::unexpected(reply.body.error());
}

Result<void> NoticeDesk::set(JobId job, Client::NoticeHandler handler) {
  auto const stream = this->stream();
  if (!stream) return tl::unexpected(stream.error());
  bool const ends = !handler;
  {
    std::lock_guard const lock(mutex_);
    if (!ends) handlers_[job] = std::move(handler);
  }
  // Also to end: it tells whether the caller may, and takes the job from any other handler.
  auto const attached = attach(*stream, job);
  if (attached && !ends) return {};
  drop(job);
  if (!attached) return attached;
  auto const reply = calls_.call(
      {.method = "DELETE", .target = "/v1/notices/" + *stream + "/jobs/" + to_string(job)});
  if (reply.body || reply.repeated) return {};
  return tl::unexpected(reply.body.error());
}

void NoticeDesk::drop(JobId job) {
  // On the thread, so that no call is under way afterwards.
  thread_->run([this, job] {
    std::lock_guard const lock(mutex_);
    handlers_.erase(job);
  });
}

void NoticeDesk::forget(JobId job) {
  std::lock_guard const lock(mutex_);
  handlers_.erase(job);
}

void NoticeDesk::on_event(SseEvent const& event) {
  if (event.name == "ready") return on_ready(event);
  if (event.name == "notice") return on_notice(event);
}

void NoticeDesk::on_ready(SseEvent const& event) {
  auto const ready = wire::read<wire::NoticesReady>(event.data, wire::Unknown::ignore);
  if (!ready) return;
  std::vector<JobId> jobs;
  {
    std::lock_guard const lock(mutex_);
    stream_ = ready->stream;
    changed_.notify_all();
    for (auto const& [job, handler] : handlers_) jobs.push_back(job);
  }
  for (auto const job : jobs) {
    auto const attached = attach(ready->stream, job, kPatience);
    if (attached) continue;
    if (attached.error().code == Errc::daemon_unavailable) return link_.restart();
    std::lock_guard const lock(mutex_);
    handlers_.erase(job);  // The job is gone.
  }
}

void NoticeDesk::on_notice(SseEvent const& event) {
  auto const sent = wire::read<wire::NoticeSent>(event.data, wire::Unknown::ignore);
  if (!sent) return;
  Client::NoticeHandler handler;
  std::string stream;
  {
    std::lock_guard const lock(mutex_);
    stream = stream_;
    auto const found = handlers_.find(sent->value.job.id);
    if (found != handlers_.end()) handler = found->second;
  }
  if (!handler) return answer(stream, sent->notice, false);
  // Answers may come from any thread, and after the client has gone.
  auto const answered = std::make_shared<std::atomic<bool>>(false);
  bool const wanted = sent->answer;
  handler(sent->value, [desk = weak_from_this(), stream, number = sent->notice, wanted,
                        answered](bool accepted) {
    if (!wanted || answered->exchange(true)) return;
    auto const alive = desk.lock();
    if (!alive) return;
    alive->thread_->post(
        [raw = alive.get(), stream, number, accepted] { raw->answer(stream, number, accepted); });
  });
}

void NoticeDesk::on_end() {
  std::lock_guard const lock(mutex_);
  stream_.clear();
}

void NoticeDesk::answer(std::string const& stream, std::uint64_t notice, bool accepted) {
  {
    std::lock_guard const lock(mutex_);
    if (stream != stream_) return;  // What was not accepted there is told again here.
  }
  // One that does not arrive is told again too.
  static_cast<void>(calls_.call({.method = "POST",
                                 .target = "/v1/notices/" + stream + "/" + std::to_string(notice),
                                 .body = wire::write(wire::NoticeAnswer{notice, accepted})},
                                kPatience));
}

}  // namespace freshet::remote
