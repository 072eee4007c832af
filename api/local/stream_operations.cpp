// What goes on after it was asked for: waiting, events, notices.
#include <charconv>

#include "api/local/event_stream.h"
#include "api/local/operations.h"
#include "api/local/values.h"

namespace freshet::local::operations {

namespace {

Result<Duration> timeout_of(Context const& context, Call const& call) {
  auto const found = call.query.find("timeout");
  if (found == call.query.end()) return context.limits.wait_default;
  double seconds = 0;
  auto const& text = found->second;
  auto const end = text.data() + text.size();
  auto const parsed = std::from_chars(text.data(), end, seconds);
  if (parsed.ec != std::errc() || parsed.ptr != end || !(seconds >= 0)) {
    return fail(Errc::invalid_argument, "?timeout", "is no number of seconds");
  }
  auto const longest = std::chrono::duration<double>(context.limits.wait_max);
  auto const asked = std::min(std::chrono::duration<double>(seconds), longest);
  return std::chrono::duration_cast<Duration>(asked);
}

Answer waited(JobInfo job, bool settled) {
  return json_answer(wire::write(wire::Waited{settled, std::move(job)}));
}

// One caller that waits for one job. Reactor only, but for `hear`.
class Wait : public std::enable_shared_from_this<Wait> {
 public:
  Wait(Reactor& reactor, JobInfo job, Answer::Reply reply)
      : reactor_(reactor), job_(std::move(job)), reply_(std::move(reply)), alarm_(reactor) {}

  void start(std::shared_ptr<EventFeed> const& feed, std::uint64_t after, Duration timeout) {
    listening_ = EventFeed::listen(
        feed, [weak = weak_from_this(), &reactor = reactor_, id = job_.id](JobEvent const& event) {
          if (event.job.id != id || !has_settled(event)) return;
          reactor.post([weak, job = event.job] {
            if (auto const self = weak.lock()) self->end(job, true);
          });
        });
    alarm_.after(timeout, [this] { end(job_, false); });
    // What happened before this listened.
    if (auto const settled = feed->settled_after(job_.id, after)) end(*settled, true);
  }

 private:
  void end(JobInfo job, bool settled) {
    auto const keep = shared_from_this();
    alarm_.cancel();
    if (auto const reply = std::exchange(reply_, {})) reply(waited(std::move(job), settled));
  }

  Reactor& reactor_;
  JobInfo job_;
  Answer::Reply reply_;
  Alarm alarm_;
  std::shared_ptr<void> listening_;
};

bool is_settled_state(JobState state) {
  return state == JobState::transferred || state == JobState::error || is_final(state);
}

}  // namespace

Result<Answer> wait_for_job(Context& context, Call& call) {
  return on_job(context, call, [&](Client& client, JobId id) -> Result<Answer> {
    auto const timeout = timeout_of(context, call);
    if (!timeout) return tl::unexpected(timeout.error());
    auto feed = context.feeds.of(call.caller);
    if (!feed) return tl::unexpected(feed.error());
    auto const after = (*feed)->last();
    auto job = client.job(id);
    if (!job) return tl::unexpected(job.error());
    if (is_settled_state(job->state)) return waited(std::move(*job), true);
    Answer answer;
    answer.later = [&context, feed = *feed, after, job = std::move(*job),
                    timeout = *timeout](Answer::Reply reply) -> std::shared_ptr<void> {
      auto const wait = std::make_shared<Wait>(context.reactor, job, std::move(reply));
      wait->start(feed, after, timeout);
      return wait;
    };
    return answer;
  });
}

Result<Answer> follow_events(Context& context, Call& call) {
  auto const snapshot = flag_of(call, "snapshot");
  if (!snapshot) return tl::unexpected(snapshot.error());
  auto const feed = context.feeds.of(call.caller);
  if (!feed) return tl::unexpected(feed.error());
  EventStream::Begin begin;
  begin.after = (*feed)->last();
  auto const known =
      call.last_event_id ? (*feed)->number_of(*call.last_event_id) : std::optional<std::uint64_t>();
  begin.resumed = known && (*feed)->reaches_back_to(*known);
  if (begin.resumed) begin.after = *known;
  begin.snapshot = *snapshot || (call.last_event_id && !begin.resumed);
  if (begin.snapshot) {
    auto jobs = context.client.as(call.caller).jobs();
    if (!jobs) return tl::unexpected(jobs.error());
    begin.jobs.assign(std::make_move_iterator(jobs->begin()), std::make_move_iterator(jobs->end()));
  }
  return stream_answer(std::make_shared<EventStream>(context.reactor, *feed, std::move(begin)));
}

Result<Answer> follow_notices(Context& context, Call& call) {
  return stream_answer(context.notices.open(call.caller));
}

namespace {

Result<JobId> second_as_job(Call const& call) {
  if (auto const job = job_id_from_string(call.values[1])) return *job;
  return fail(Errc::invalid_argument, "job " + call.values[1], "is no id of a job");
}

}  // namespace

Result<Answer> attach_notices(Context& context, Call& call) {
  auto const job = second_as_job(call);
  if (!job) return tl::unexpected(job.error());
  return done(context.notices.attach(call.caller, call.values.front(), *job));
}

Result<Answer> detach_notices(Context& context, Call& call) {
  auto const job = second_as_job(call);
  if (!job) return tl::unexpected(job.error());
  return done(context.notices.detach(call.caller, call.values.front(), *job));
}

Result<Answer> answer_notice(Context& context, Call& call) {
  auto const answer = wire::read<wire::NoticeAnswer>(call.body);
  if (!answer) return tl::unexpected(answer.error());
  if (std::to_string(answer->notice) != call.values[1]) {
    return fail(Errc::invalid_argument, "notice " + call.values[1], "is another in the body");
  }
  return done(
      context.notices.answer(call.caller, call.values.front(), answer->notice, answer->accepted));
}

}  // namespace freshet::local::operations
