// The files of a job.
#include "api/local/operations.h"
#include "api/local/values.h"
#include "engine/base/base64.h"

namespace freshet::local::operations {

Result<Answer> list_files(Context& context, Call& call) {
  return on_job(context, call, [](Client& client, JobId job) -> Result<Answer> {
    auto files = client.files(job);
    if (!files) return tl::unexpected(files.error());
    return json_answer(wire::write(wire::FileList{std::move(*files)}));
  });
}

Result<Answer> show_pieces(Context& context, Call& call) {
  return on_job(context, call, [&](Client& client, JobId job) -> Result<Answer> {
    auto const file = number_of(call.values[1]);
    if (!file) return tl::unexpected(file.error());
    auto const pieces = client.pieces(job, *file);
    if (!pieces) return tl::unexpected(pieces.error());
    return json_answer(
        wire::write(wire::PiecesShown{pieces->length, pieces->piece_length, pieces->pieces,
                                      pieces->present, to_base64(pieces->bits)}));
  });
}

Result<Answer> show_answer(Context& context, Call& call) {
  return on_job(context, call, [&](Client& client, JobId job) -> Result<Answer> {
    auto const file = number_of(call.values[1]);
    if (!file) return tl::unexpected(file.error());
    return written(client.answer(job, *file));
  });
}

Result<Answer> add_files(Context& context, Call& call) {
  return on_job_with<wire::FilesRequest>(
      context, call, [&](Client& client, JobId job, wire::FilesRequest request) -> Result<Answer> {
        if (auto own = check_own_files(context, call.caller, request.files); !own) {
          return tl::unexpected(own.error());
        }
        return done(client.add_files(job, std::move(request.files)));
      });
}

Result<Answer> set_urls(Context& context, Call& call) {
  return on_job_with<wire::UrlsRequest>(
      context, call, [&](Client& client, JobId job, wire::UrlsRequest request) -> Result<Answer> {
        auto const file = number_of(call.values[1]);
        if (!file) return tl::unexpected(file.error());
        return done(client.set_urls(job, *file, std::move(request.urls)));
      });
}

Result<Answer> change_file(Context& context, Call& call) {
  return on_job_with<FileChange>(
      context, call, [&](Client& client, JobId job, FileChange change) -> Result<Answer> {
        auto const file = number_of(call.values[1]);
        if (!file) return tl::unexpected(file.error());
        if (auto own = check_own_files(context, call.caller, change); !own) {
          return tl::unexpected(own.error());
        }
        return done(client.change_file(job, *file, std::move(change)));
      });
}

Result<Answer> prefer_ranges(Context& context, Call& call) {
  return on_job_with<wire::RangesRequest>(
      context, call, [&](Client& client, JobId job, wire::RangesRequest request) -> Result<Answer> {
        auto const file = number_of(call.values[1]);
        if (!file) return tl::unexpected(file.error());
        return done(client.prefer(job, *file, std::move(request.ranges)));
      });
}

Result<Answer> validate_file(Context& context, Call& call) {
  return on_job_with<wire::ValidationRequest>(
      context, call,
      [&](Client& client, JobId job, wire::ValidationRequest request) -> Result<Answer> {
        auto const file = number_of(call.values[1]);
        if (!file) return tl::unexpected(file.error());
        return done(client.validate(job, *file, request.right));
      });
}

Result<Answer> replace_prefix(Context& context, Call& call) {
  return on_job_with<wire::PrefixRequest>(
      context, call,
      [](Client& client, JobId job, wire::PrefixRequest const& request) -> Result<Answer> {
        auto const changed = client.replace_prefix(job, request.from, request.to);
        if (!changed) return tl::unexpected(changed.error());
        return json_answer(wire::write(wire::FilesChanged{*changed}));
      });
}

}  // namespace freshet::local::operations
