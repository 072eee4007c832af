// Placing files with the caller's rights, never with the daemon's for somebody else.
#include "api/local/operations.h"
#include "api/local/values.h"

namespace freshet::local::operations {

Result<Answer> place_files(Context& context, Call& call) {
  return on_job_with<wire::PlaceRequest>(
      context, call, [&](Client& client, JobId job, wire::PlaceRequest request) -> Result<Answer> {
        if (request.files.size() != call.descriptors.size()) {
          return fail(Errc::invalid_argument, "files",
                      std::to_string(request.files.size()) + " are named, and " +
                          std::to_string(call.descriptors.size()) + " open files came with them");
        }
        for (std::size_t i = 0; i < request.files.size(); ++i) {
          auto const placed = client.place_into(job, request.files[i], call.descriptors[i].get());
          if (!placed) return tl::unexpected(placed.error());
          call.descriptors[i] = {};
        }
        return json_answer(wire::write(wire::Placed{std::move(request.files)}));
      });
}

Result<Answer> complete_job(Context& context, Call& call) {
  return on_job_with<wire::CompleteRequest>(
      context, call,
      [&](Client& client, JobId job, wire::CompleteRequest request) -> Result<Answer> {
        if (request.placed) return written(client.complete_placed(job, std::move(*request.placed)));
        auto const info = client.job(job);
        if (!info) return tl::unexpected(info.error());
        bool const own = call.caller.uid == context.owner.uid && info->owner == context.owner.uid;
        if (own) return written(client.complete(job));
        return fail(Errc::policy_refused, "job " + to_string(job),
                    "is not of the daemon's own user, who alone has files placed by path");
      });
}

}  // namespace freshet::local::operations
