#include "api/com/job_core.h"

#include <unistd.h>

#include <algorithm>

#include "api/com/job_streams.h"
#include "api/com/pending_file.h"
#include "freshet/com/do_hresults.h"

namespace freshet::com {

namespace {

// Nothing is known that could judge the file, although something must.
bool lacks_check(FileInfo const& file) {
  auto const& spec = file.spec;
  bool const known = file.content || spec.content || spec.sha256 || spec.hash_of_hashes ||
                     spec.manifest_sha256 || !spec.manifest.empty();
  return !known && AppData::parse(spec.app_data).number("mandatory", 0) != 0;
}

}  // namespace

tl::unexpected<Error> JobCore::no_service() {
  return fail(Errc::stopped, "COM", "was uninitialized");
}

Result<JobInfo> JobCore::info() {
  auto const client = host_->client();
  auto const now = client ? client->job(id_) : Result<JobInfo>(no_service());
  std::lock_guard const lock(mutex_);
  if (now) {
    last_ = *now;
  } else if (now.error().code != Errc::job_not_found || !last_) {
    return now;
  }
  auto info = *last_;
  // Nobody told how it ended: completing is what only callers do, and they would have.
  if (!now) info.state = end_.value_or(JobState::cancelled);
  return info;
}

Result<std::vector<FileInfo>> JobCore::files() {
  auto const client = host_->client();
  auto now = client ? client->files(id_) : Result<std::vector<FileInfo>>(no_service());
  std::lock_guard const lock(mutex_);
  if (now) {
    last_files_ = *now;
  } else if (now.error().code == Errc::job_not_found && last_) {
    return last_files_;
  }
  return now;
}

Result<FileInfo> JobCore::file(std::uint32_t index) {
  auto const known = files();
  if (!known) return tl::unexpected(known.error());
  if (index < known->size()) return known->at(index);
  return fail(Errc::not_found, "file " + std::to_string(index), "is not in the job");
}

Result<void> JobCore::change(Edit const& edit) {
  std::lock_guard const changing(changing_);
  return ask<void>([&](Client& client) -> Result<void> {
    auto const info = client.job(id_);
    if (!info) return tl::unexpected(info.error());
    auto spec = info->spec;
    auto data = AppData::parse(spec.app_data);
    auto const before = data.text();
    if (auto edited = edit(*info, spec, data); !edited) return edited;
    if (data.text() != before) {
      if (!data.ours()) return fail(Errc::not_supported, "app_data", "is another application's");
      spec.app_data = data.text();
    }
    return client.configure(id_, std::move(spec));
  });
}

Result<Completion> JobCore::complete() {
  static_cast<void>(info());
  static_cast<void>(files());
  auto const done = ask<Completion>([&](Client& client) { return client.complete(id_); });
  if (!done) return done;
  end_as(JobState::acknowledged);
  return done;
}

Result<void> JobCore::cancel() {
  static_cast<void>(info());
  static_cast<void>(files());
  auto const done = ask<void>([&](Client& client) { return client.cancel(id_); });
  if (done) end_as(JobState::cancelled);
  return done;
}

void JobCore::end_as(JobState state) {
  std::lock_guard const lock(mutex_);
  end_ = state;
  for (auto& file : last_files_) {
    file.placed = file.placed || (state == JobState::acknowledged && file.transferred);
  }
}

void JobCore::ended(JobInfo const& last) {
  {
    std::lock_guard const lock(mutex_);
    last_ = last;
  }
  end_as(last.state);
}

void JobCore::add_pending(std::shared_ptr<PendingFile> file) {
  std::lock_guard const lock(mutex_);
  pending_.push_back(std::move(file));
}

std::vector<std::shared_ptr<PendingFile>> JobCore::pending() const {
  std::lock_guard const lock(mutex_);
  return pending_;
}

bool JobCore::streams_to(std::uint32_t file) const {
  std::lock_guard const lock(mutex_);
  return std::ranges::any_of(streams_, [&](auto const& one) { return one->index() == file; });
}

HRESULT JobCore::add_pending_to_engine() {
  std::lock_guard const changing(changing_);
  auto const waiting = pending();
  auto const before = files();
  // Resume itself says that there is no job any more.
  if (!before) return waiting.empty() ? S_OK : hresult(before);
  if (std::ranges::any_of(*before, lacks_check)) return DO_E_INTEGRITYCHECKINFO_UNSPECIFIED;
  if (waiting.empty()) return S_OK;
  std::vector<FileSpec> specs;
  for (auto const& file : waiting) {
    auto const spec = file->with([&](FileSpec const& made, PendingFile::Sink const& sink) {
      auto with_path = made;
      with_path.path = sink.path;
      return with_path;
    });
    if (spec.path.empty()) return DO_E_FILE_DOWNLOADSINK_UNSPECIFIED;
    FileInfo info;
    info.spec = spec;
    if (lacks_check(info)) return DO_E_INTEGRITYCHECKINFO_UNSPECIFIED;
    specs.push_back(spec);
  }
  auto const added =
      ask<void>([&](Client& client) { return client.add_files(id_, std::move(specs)); });
  if (!added) return hresult(added);
  std::lock_guard const lock(mutex_);
  auto index = static_cast<std::uint32_t>(before->size());
  for (auto const& file : waiting) {
    file->added_as(index++);
    auto stream = file->with([](auto const&, auto const& sink) { return sink.stream; });
    if (!stream) continue;
    streams_.push_back(file);
    if (auto client = host_->client()) {
      host_->streams(id_)->start(std::move(client), *file->index(), std::move(stream));
    }
  }
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(waiting.size()));
  return S_OK;
}

HRESULT JobCore::finish_streams() {
  std::vector<std::shared_ptr<PendingFile>> due;
  {
    std::lock_guard const lock(mutex_);
    due = streams_;
  }
  HRESULT first = S_OK;
  for (auto const& file : due) {
    auto const known = this->file(*file->index());
    if (!known || !known->transferred) continue;
    auto const ended = host_->streams(id_)->finish(*file->index());
    if (SUCCEEDED(first)) first = ended;
  }
  return first;
}

void JobCore::drop_stream_files() {
  std::vector<std::shared_ptr<PendingFile>> due;
  {
    std::lock_guard const lock(mutex_);
    due.swap(streams_);
  }
  for (auto const& file : due) {
    auto const path =
        file->with([](auto const&, PendingFile::Sink const& sink) { return sink.path; });
    ::unlink(path.c_str());
  }
}

}  // namespace freshet::com
