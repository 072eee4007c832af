#include "engine/job/job_machine.h"

#include <string>

namespace freshet {

namespace {

using enum JobState;

tl::unexpected<Error> refuse(JobState state) {
  return fail(Errc::invalid_state, "job", "is " + std::string(to_string(state)));
}

Result<JobState> after_resume(JobState state, JobFacts facts) {
  if (!facts.files) return fail(Errc::job_empty, "job", "has no files");
  if (state == transferred && !facts.pending) {
    return fail(Errc::job_empty, "job", "has nothing left to transfer");
  }
  if (state == queued || state == connecting || state == transferring) return state;
  return facts.pending ? queued : transferred;
}

// A job whose files have all arrived counts as suspended already.
JobState after_suspend(JobState state) {
  return state == transferred ? transferred : suspended;
}

Result<JobState> after_get_error(JobState state) {
  if (state == error || state == transient_error) return state;
  return fail(Errc::error_unavailable, "job", "is " + std::string(to_string(state)));
}

Result<JobState> unless(bool refused, Errc code, JobState state, std::string why) {
  if (refused) return fail(code, "job", std::move(why));
  return state;
}

}  // namespace

Result<JobState> state_after(JobCall call, JobState state, JobFacts facts) {
  if (call == JobCall::get_error) return after_get_error(state);
  if (is_final(state)) return refuse(state);
  switch (call) {
    case JobCall::resume:
      return after_resume(state, facts);
    case JobCall::suspend:
      return after_suspend(state);
    case JobCall::cancel:
      return cancelled;
    case JobCall::complete:
      return acknowledged;
    case JobCall::set_before_resume:
      return unless(facts.resumed || state != suspended, Errc::fixed_after_resume, state,
                    "was resumed before");
    case JobCall::set_before_files:
      return unless(facts.files, Errc::fixed_after_add, state, "has files");
    case JobCall::validate:
      return unless(!facts.file_transferred, Errc::not_yet, state, "has not got that file yet");
    case JobCall::set_file_property:
      if (state != suspended) return refuse(state);
      return state;
    case JobCall::set_file_acl:
      if (state == transferred) return refuse(state);
      return state;
    case JobCall::add_files:
    case JobCall::set_property:
    case JobCall::set_credentials:
    case JobCall::rename_remote:
    case JobCall::take_ownership:
    case JobCall::get_error:
      break;
  }
  return state;
}

std::optional<JobState> state_after(JobHappening happening, JobState state) {
  bool const moving = state == queued || state == connecting || state == transferring;
  auto const when = [](bool holds, JobState next) {
    return holds ? std::optional(next) : std::nullopt;
  };
  switch (happening) {
    case JobHappening::slot:
      return when(state == queued, connecting);
    case JobHappening::data:
      return when(state == connecting, transferring);
    case JobHappening::preempted:
      return when(state == connecting || state == transferring, queued);
    case JobHappening::transferred:
      return when(moving, transferred);
    case JobHappening::transient_failure:
      return when(moving, transient_error);
    case JobHappening::fatal_failure:
      return when(is_running(state) || state == transferred, error);
    case JobHappening::retry_due:
      return when(state == transient_error, queued);
    case JobHappening::no_progress:
      return when(is_running(state), error);
    case JobHappening::refused:
      return when(!is_final(state), error);
    case JobHappening::refused_peers:
      return when(state == transferred, queued);
    case JobHappening::restart:
      return when(is_running(state) && state != queued, queued);
  }
  return std::nullopt;
}

}  // namespace freshet
