// What a client does to jobs besides running them: files, notices, owners.
#include <unistd.h>

#include "api/client/embedded_backend.h"
#include "api/client/manifests.h"
#include "api/client/path_check.h"

namespace freshet {

namespace {

Result<FilePieces> pieces_of(EmbeddedEngine& engine, Caller const& caller, JobId job,
                             std::uint32_t file) {
  auto const spool = engine.book().spool_of(caller, job, file);
  if (!spool) return tl::unexpected(spool.error());
  auto const there = engine.contents().present(*spool);
  if (!there) return fail(Errc::not_yet, "file " + std::to_string(file), "is not open");
  FilePieces pieces{.length = there->length,
                    .piece_length = there->piece_length,
                    .pieces = there->pieces.size(),
                    .present = there->pieces.count(),
                    .bits = std::vector<std::byte>((there->pieces.size() + 7) / 8)};
  auto const& words = there->pieces.words();
  for (std::size_t i = 0; i < pieces.bits.size(); ++i) {
    pieces.bits[i] = static_cast<std::byte>(words[i / 8] >> (i % 8 * 8));
  }
  return pieces;
}

}  // namespace

Result<void> EmbeddedBackend::prefer(JobId job, std::uint32_t file, std::vector<ByteRange> ranges) {
  return ask<Result<void>>(
      [&](auto const& answer) { book().prefer(caller_, job, file, std::move(ranges), answer); });
}

Result<HttpAnswer> EmbeddedBackend::answer(JobId job, std::uint32_t file) const {
  return look<Result<HttpAnswer>>([&] { return book().answer(caller_, job, file); });
}

Result<void> EmbeddedBackend::set_urls(JobId job, std::uint32_t file,
                                       std::vector<std::string> urls) {
  return ask<Result<void>>(
      [&](auto const& answer) { book().set_urls(caller_, job, file, std::move(urls), answer); });
}

Result<void> EmbeddedBackend::change_file(JobId job, std::uint32_t file, FileChange change) {
  // As with files that are added.
  bool const own = caller_.uid == ::geteuid();
  if (auto checked = own ? check_paths(change) : Result<void>(); !checked) return checked;
  if (auto read = read_manifests(change); !read) return read;
  return ask<Result<void>>([&](auto const& answer) {
    book().change_file(caller_, job, file, std::move(change), answer);
  });
}

Result<std::uint32_t> EmbeddedBackend::replace_prefix(JobId job, std::string const& from,
                                                      std::string const& to) {
  return ask<Result<std::uint32_t>>(
      [&](auto const& answer) { book().replace_prefix(caller_, job, from, to, answer); });
}

Result<void> EmbeddedBackend::validate(JobId job, std::uint32_t file, bool right) {
  return ask<Result<void>>(
      [&](auto const& answer) { book().validate(caller_, job, file, right, answer); });
}

Result<void> EmbeddedBackend::take_ownership(JobId job) {
  return ask<Result<void>>(
      [&](auto const& answer) { book().take_ownership(caller_, job, answer); });
}

Result<void> EmbeddedBackend::notify(JobId job, Client::NoticeHandler handler) {
  auto const add = [&]() -> Result<void> {
    if (!handler) return book().set_handler(caller_, job, {});
    // Answers may come from any thread, and after the engine has gone: the hub goes after it.
    auto told = [loop = &engine_->loop(), hub = engine_->weak_hub(), handler = std::move(handler)](
                    Notice const& notice, JobNotices::Accepted accepted) {
      handler(notice, [loop, hub, accepted = std::move(accepted)](bool yes) {
        if (hub.lock()) loop->post([accepted, yes] { accepted(yes); });
      });
    };
    return book().set_handler(caller_, job, std::move(told));
  };
  return look<Result<void>>(add);
}

Result<FilePieces> EmbeddedBackend::pieces(JobId job, std::uint32_t file) const {
  return look<Result<FilePieces>>([&] { return pieces_of(*engine_, caller_, job, file); });
}

Result<void> EmbeddedBackend::place_into(JobId job, std::uint32_t file, int descriptor) {
  using Lent = Result<std::shared_ptr<LentContent>>;
  auto const lent = ask<Lent>([&](auto const& answer) { book().lend(caller_, job, file, answer); });
  if (!lent) return tl::unexpected(lent.error());
  // On this thread: the open file may be one that hangs.
  return (*lent)->copy_into(descriptor);
}

Result<ReadBytes> EmbeddedBackend::read(JobId job, std::uint32_t file, Bytes begin,
                                        std::span<std::byte> into) const {
  auto const part = ask<Result<ReadyPart>>(
      [&](auto const& answer) { book().lend_ready(caller_, job, file, begin, answer); });
  if (!part) return tl::unexpected(part.error());
  ReadBytes got{std::min<Bytes>(into.size(), part->range.size()), part->length,
                std::to_string(static_cast<std::uint64_t>(part->spool))};
  if (got.size == 0) return got;
  if (auto const read = part->bytes->read(0, into.first(got.size)); !read) {
    return tl::unexpected(read.error());
  }
  return got;
}

Result<Completion> EmbeddedBackend::complete_placed(JobId job, std::vector<std::uint32_t> placed) {
  return ask<Result<Completion>>(
      [&](auto const& answer) { book().complete_placed(caller_, job, placed, answer); });
}

std::unique_ptr<ClientMaker::Backend> EmbeddedBackend::as(Caller caller) const {
  return std::make_unique<EmbeddedBackend>(engine_, caller);
}

Result<std::vector<JobInfo>> EmbeddedBackend::all_jobs() const {
  return look<Result<std::vector<JobInfo>>>([&] { return book().all_jobs(caller_); });
}

Result<JobPage> EmbeddedBackend::page(JobPageWish const& wish) const {
  return look<Result<JobPage>>([&] { return book().page(caller_, wish); });
}

Result<ErrorReport> EmbeddedBackend::error(JobId job) const {
  return look<Result<ErrorReport>>([&] { return book().error(caller_, job); });
}

Result<void> EmbeddedBackend::set_conditions(Conditions conditions) {
  look<bool>([&] { return engine_->set_conditions(conditions), true; });
  return {};
}

}  // namespace freshet
