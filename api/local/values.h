// What operations take out of calls and make of results. Any thread.
#pragma once

#include <string>

#include "api/local/answers.h"
#include "api/local/context.h"
#include "api/wire/wire.h"

namespace freshet::local {

// The first part of the path in braces.
[[nodiscard]] Result<JobId> job_of(Call const& call);
[[nodiscard]] Result<ContentId> content_of(Call const& call);
[[nodiscard]] std::optional<std::uint64_t> whole_number(std::string_view text);
// A number in braces.
[[nodiscard]] Result<std::uint32_t> number_of(std::string const& text);
[[nodiscard]] Result<bool> flag_of(Call const& call, std::string_view name);
// Of the query; `usual` when it is not there.
[[nodiscard]] Result<std::uint64_t> number_in_query(Call const& call, std::string_view name,
                                                    std::uint64_t usual);

// access_denied unless an administrator or the daemon's own user calls.
[[nodiscard]] Result<void> check_operator(Context const& context, Caller const& caller);

// The daemon opens no file for another user: what he names of the machine's files is refused.
[[nodiscard]] Result<void> check_own_files(Context const& context, Caller const& caller,
                                           JobSpec const& spec);
[[nodiscard]] Result<void> check_own_files(Context const& context, Caller const& caller,
                                           std::vector<FileSpec> const& files);
[[nodiscard]] Result<void> check_own_files(Context const& context, Caller const& caller,
                                           FileChange const& change);

[[nodiscard]] inline Result<Answer> done(Result<void> const& result) {
  if (!result) return tl::unexpected(result.error());
  return no_content();
}

template <typename T>
[[nodiscard]] Result<Answer> written(Result<T> const& result) {
  if (!result) return tl::unexpected(result.error());
  return json_answer(wire::write(*result));
}

// `act(client of the caller, job)`, which gives an answer.
template <typename Act>
[[nodiscard]] Result<Answer> on_job(Context& context, Call const& call, Act act) {
  auto const job = job_of(call);
  if (!job) return tl::unexpected(job.error());
  auto client = context.client.as(call.caller);
  return act(client, *job);
}

// The same with the body of the request, read as `T`.
template <typename T, typename Act>
[[nodiscard]] Result<Answer> on_job_with(Context& context, Call const& call, Act act) {
  return on_job(context, call, [&](Client& client, JobId job) -> Result<Answer> {
    auto body = wire::read<T>(call.body);
    if (!body) return tl::unexpected(body.error());
    return act(client, job, std::move(*body));
  });
}

}  // namespace freshet::local
