#include "engine/job/job_notices.h"

#include <algorithm>
#include <utility>

#include "engine/job/retry_policy.h"

namespace freshet {

namespace {

bool wants(NotifyFlags const& flags, Notice::Kind kind) {
  switch (kind) {
    case Notice::Kind::file_transferred:
      return flags.file_transferred;
    case Notice::Kind::transferred:
      return flags.transferred;
    case Notice::Kind::error:
      return flags.error;
    case Notice::Kind::modification:
      return flags.modification;
  }
  return false;
}

std::optional<Notice::Kind> kind_of(JobState state) {
  if (state == JobState::transferred) return Notice::Kind::transferred;
  if (state == JobState::error) return Notice::Kind::error;
  return std::nullopt;
}

}  // namespace

JobNotices::JobNotices(Ports ports, JobOptions const& options, JobTable& table,
                       LedgerWriter& writer)
    : ports_(ports), options_(options), table_(table), writer_(writer) {}

JobNotices::~JobNotices() {
  for (auto const& [id, post] : posts_) ports_.loop.cancel(post.again);
}

void JobNotices::set_handler(JobEntry& job, Handler handler) {
  auto& post = posts_[job.record.id];
  post.handler = std::move(handler);
  post.failures = 0;
  ports_.loop.cancel(std::exchange(post.again, TimerId::none));
  look(job);
}

bool JobNotices::has_handler(JobId job) const {
  auto const found = posts_.find(job);
  return found != posts_.end() && found->second.handler != nullptr;
}

void JobNotices::take_up(JobEntry& job) {
  auto& post = posts_[job.record.id];
  for (auto const& file : job.files) {
    if (file.record.transferred && !file.record.told) post.files.push_back(file.record.index);
  }
  look(job);
}

void JobNotices::on_event(JobEvent const& event) {
  auto const id = event.job.id;
  if (event.kind == JobEvent::Kind::removed) return forget(id);
  auto* const job = table_.find(id);
  if (job == nullptr || job->ending) return;
  if (event.kind == JobEvent::Kind::file_transferred) {
    if (!job->files[event.file].record.told) posts_[id].files.push_back(event.file);
    return look(*job);
  }
  if (event.kind == JobEvent::Kind::state && kind_of(event.job.state)) {
    if (job->record.state == event.job.state) job->announced = job->settled;
    return look(*job);
  }
  modified(*job);
}

// Nobody waits for the answer, and nothing is lost when it is left out.
void JobNotices::modified(JobEntry& job) {
  auto const& flags = job.record.spec.notify;
  auto const found = posts_.find(job.record.id);
  if (!flags.modification || found == posts_.end() || !found->second.handler) return;
  auto& post = found->second;
  auto const now = ports_.clock.now();
  if (post.under_way || now < post.modification_due) return;
  post.modification_due = now + options_.notice_interval;
  auto const handler = post.handler;
  handler({Notice::Kind::modification, info_of(job, ports_.desk), 0}, [](bool) {});
}

std::optional<JobNotices::Due> JobNotices::due(JobEntry const& job, Post& post) const {
  auto const stale = [&](std::uint32_t file) {
    auto const& record = job.files[file].record;
    return !record.transferred || record.told;
  };
  while (!post.files.empty() && stale(post.files.front())) post.files.pop_front();
  auto const& flags = job.record.spec.notify;
  if (!post.files.empty() && post.handler && flags.file_transferred) {
    return Due{Notice::Kind::file_transferred, post.files.front(), 0};
  }
  // Before it is durable other files may be on their way here.
  if (job.announced != job.settled) return std::nullopt;
  auto const kind = kind_of(job.record.state);
  if (!kind || job.record.notified || !wants(flags, *kind)) return std::nullopt;
  if (!post.handler && job.record.spec.notify_command.empty()) return std::nullopt;
  return Due{*kind, 0, job.settled};
}

void JobNotices::look(JobEntry& job) {
  auto const found = posts_.find(job.record.id);
  if (found == posts_.end() && job.record.spec.notify_command.empty()) return;
  auto& post = posts_[job.record.id];
  if (post.under_way || post.waits_for_user || post.again != TimerId::none) return;
  auto const next = due(job, post);
  if (!next) return;
  if (under_way_[job.record.owner] >= options_.notices_per_user_max) {
    post.waits_for_user = true;
    waiting_line_[job.record.owner].push_back(job.record.id);
    return;
  }
  deliver(job, post, *next);
}

JobNotices::Accepted JobNotices::answer(JobEntry const& job, Due const& due, bool then_command) {
  return [this, alive = std::weak_ptr(alive_), id = job.record.id, owner = job.record.owner, due,
          then_command](bool accepted) {
    // A later turn: whoever answers may be in the middle of a call.
    auto const self = alive.lock();
    if (!self) return;
    ports_.loop.post([this, alive, id, owner, due, then_command, accepted] {
      if (alive.expired()) return;
      auto* const found = table_.find(id);
      bool const more = !accepted && then_command && found != nullptr && posts_.contains(id);
      if (more) return try_command(*found, posts_[id], due);
      finished(id, owner, due, accepted);
    });
  };
}

void JobNotices::deliver(JobEntry& job, Post& post, Due const& due) {
  post.under_way = true;
  ++under_way_[job.record.owner];
  if (!post.handler) return try_command(job, post, due);
  auto const handler = post.handler;  // It may replace itself.
  auto accepted = answer(job, due, due.kind != Notice::Kind::file_transferred);
  handler({due.kind, info_of(job, ports_.desk), due.file}, std::move(accepted));
}

void JobNotices::try_command(JobEntry& job, Post&, Due const& due) {
  auto const& command = job.record.spec.notify_command;
  auto const result = answer(job, due, false);
  if (command.empty() || !run_command_) return result(false);
  run_command_(job.record.owner, command, result);
}

void JobNotices::finished(JobId id, std::uint32_t owner, Due const& due, bool accepted) {
  --under_way_[owner];
  auto const found = posts_.find(id);
  auto* const job = table_.find(id);
  if (found != posts_.end() && job != nullptr) {
    auto& post = found->second;
    post.under_way = false;
    if (accepted) {
      post.failures = 0;
      accept(*job, due);
      look(*job);
    } else {
      again_later(*job, post);
    }
  }
  serve_user(owner);
}

void JobNotices::accept(JobEntry& job, Due const& due) {
  if (due.kind == Notice::Kind::file_transferred) {
    auto& record = job.files[due.file].record;
    if (!record.transferred) return;
    record.told = true;
    return writer_.put_file(job.record.id, due.file);
  }
  // What it was told is no longer so: then the next is due.
  if (kind_of(job.record.state) != due.kind || job.settled != due.settled) return;
  job.record.notified = true;
  writer_.put_job(job.record.id);
}

void JobNotices::again_later(JobEntry& job, Post& post) {
  ports_.loop.cancel(post.again);
  auto const delay = retry_delay(options_, job.record.spec, post.failures++, ports_.random);
  auto const id = job.record.id;
  post.again = ports_.loop.at(ports_.clock.now() + delay, [this, id] {
    posts_[id].again = TimerId::none;
    if (auto* const waiting = table_.find(id)) look(*waiting);
  });
}

void JobNotices::serve_user(std::uint32_t owner) {
  auto& line = waiting_line_[owner];
  while (!line.empty() && under_way_[owner] < options_.notices_per_user_max) {
    auto const id = line.front();
    line.pop_front();
    auto const post = posts_.find(id);
    if (post == posts_.end()) continue;
    post->second.waits_for_user = false;
    if (auto* const job = table_.find(id)) look(*job);
  }
  if (line.empty()) waiting_line_.erase(owner);
  if (auto const count = under_way_.find(owner); count != under_way_.end() && count->second == 0) {
    under_way_.erase(count);
  }
}

void JobNotices::forget(JobId job) {
  auto const found = posts_.find(job);
  if (found == posts_.end()) return;
  ports_.loop.cancel(found->second.again);
  posts_.erase(found);
}

}  // namespace freshet
