// Jobs as a whole.
#include <algorithm>

#include "api/client/backend.h"
#include "api/local/operations.h"
#include "api/local/values.h"
#include "engine/base/trace.h"

namespace freshet::local::operations {

namespace {

Result<std::optional<JobId>> id_asked_for(Call const& call) {
  if (!call.idempotency_key) return std::optional<JobId>();
  if (auto const id = job_id_from_string(*call.idempotency_key)) return id;
  return fail(Errc::invalid_argument, "Idempotency-Key", "is no id of a job");
}

// Whoever traces the call traces the job, unless the job says otherwise.
void trace(Call const& call, JobSpec& spec) {
  if (!call.traceparent || !trace_id(*call.traceparent)) return;
  auto const traced = [](auto const& header) { return is_trace(header.name); };
  if (std::ranges::any_of(spec.headers, traced)) return;
  spec.headers.push_back({std::string(kTraceParent), *call.traceparent});
}

}  // namespace

Result<Answer> list_jobs(Context& context, Call& call) {
  auto const all = flag_of(call, "all");
  if (!all) return tl::unexpected(all.error());
  auto const after = number_in_query(call, "after", 0);
  if (!after) return tl::unexpected(after.error());
  auto const most = context.limits.jobs_per_page_max;
  auto const limit = number_in_query(call, "limit", most);
  if (!limit) return tl::unexpected(limit.error());
  if (*limit == 0) return fail(Errc::invalid_argument, "?limit", "is no number of jobs");
  auto client = context.client.as(call.caller);
  auto page = ClientMaker::of(client).page({*all, *after, std::min<std::size_t>(*limit, most)});
  if (!page) return tl::unexpected(page.error());
  return json_answer(wire::write(wire::JobList{std::move(page->jobs), page->next}));
}

Result<Answer> create_job(Context& context, Call& call) {
  auto request = wire::read<wire::NewJobRequest>(call.body);
  if (!request) return tl::unexpected(request.error());
  call.body = {};
  if (auto own = check_own_files(context, call.caller, request->spec); !own) {
    return tl::unexpected(own.error());
  }
  if (auto own = check_own_files(context, call.caller, request->files); !own) {
    return tl::unexpected(own.error());
  }
  trace(call, request->spec);
  auto const id = id_asked_for(call);
  if (!id) return tl::unexpected(id.error());
  auto client = context.client.as(call.caller);
  auto const job = ClientMaker::of(client).create(std::move(request->spec),
                                                  std::move(request->files), request->start, *id);
  if (!job) return tl::unexpected(job.error());
  auto answer = json_answer(wire::write(wire::JobCreated{*job}), 201);
  answer.headers.push_back({"Location", "/v1/jobs/" + to_string(*job)});
  return answer;
}

Result<Answer> show_job(Context& context, Call& call) {
  return on_job(context, call, [](Client& client, JobId job) { return written(client.job(job)); });
}

Result<Answer> configure_job(Context& context, Call& call) {
  return on_job_with<JobSpec>(context, call,
                              [&](Client& client, JobId job, JobSpec spec) -> Result<Answer> {
                                if (auto own = check_own_files(context, call.caller, spec); !own) {
                                  return tl::unexpected(own.error());
                                }
                                return done(client.configure(job, std::move(spec)));
                              });
}

Result<Answer> resume_job(Context& context, Call& call) {
  return on_job(context, call, [](Client& client, JobId job) { return done(client.resume(job)); });
}

Result<Answer> suspend_job(Context& context, Call& call) {
  return on_job(context, call, [](Client& client, JobId job) { return done(client.suspend(job)); });
}

Result<Answer> cancel_job(Context& context, Call& call) {
  return on_job(context, call, [](Client& client, JobId job) { return done(client.cancel(job)); });
}

Result<Answer> take_ownership(Context& context, Call& call) {
  return on_job(context, call,
                [](Client& client, JobId job) { return done(client.take_ownership(job)); });
}

Result<Answer> show_error(Context& context, Call& call) {
  return on_job(context, call,
                [](Client& client, JobId job) { return written(client.error(job)); });
}

Result<Answer> explain_job(Context& context, Call& call) {
  return on_job(context, call, [](Client& client, JobId job) -> Result<Answer> {
    auto why = client.why(job);
    if (!why) return tl::unexpected(why.error());
    return json_answer(std::move(*why));
  });
}

}  // namespace freshet::local::operations
