#include "api/com/job_core.h"

#include <unistd.h>

#include <array>
#include <fstream>

#include "api/com/pending_file.h"
#include "freshet/com/do_hresults.h"

namespace freshet::com {

namespace {

constexpr std::size_t kChunkBytes = 256 * 1024;

// A sink that takes less than it was given, and says nothing, is full.
HRESULT write_all(IStream& stream, char const* bytes, std::size_t size) {
  while (size > 0) {
    ULONG written = 0;
    auto const hr = stream.Write(bytes, static_cast<ULONG>(size), &written);
    if (FAILED(hr)) return hr;
    if (written == 0 || written > size) return STG_E_MEDIUMFULL;
    bytes += written;
    size -= written;
  }
  return S_OK;
}

}  // namespace

HRESULT fill_stream(IStream& stream, std::string const& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<char> chunk(kChunkBytes);
  while (file) {
    file.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
    auto const hr = write_all(stream, chunk.data(), static_cast<std::size_t>(file.gcount()));
    if (FAILED(hr)) return hr;
  }
  return file.eof() ? S_OK : E_FAIL;
}

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

HRESULT JobCore::add_pending_to_engine() {
  std::lock_guard const changing(changing_);
  auto const waiting = pending();
  if (waiting.empty()) return S_OK;
  std::vector<FileSpec> specs;
  for (auto const& file : waiting) {
    auto const spec = file->with([&](FileSpec const& made, PendingFile::Sink const& sink) {
      auto with_path = made;
      with_path.path = sink.path;
      return with_path;
    });
    if (spec.path.empty()) return DO_E_FILE_DOWNLOADSINK_UNSPECIFIED;
    specs.push_back(spec);
  }
  auto const before = files();
  if (!before) return hresult(before);
  auto const added =
      ask<void>([&](Client& client) { return client.add_files(id_, std::move(specs)); });
  if (!added) return hresult(added);
  std::lock_guard const lock(mutex_);
  auto index = static_cast<std::uint32_t>(before->size());
  for (auto const& file : waiting) {
    file->added_as(index++);
    bool const streams =
        file->with([](auto const&, auto const& sink) { return bool(sink.stream); });
    if (streams) streams_.push_back(file);
  }
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(waiting.size()));
  return S_OK;
}

HRESULT JobCore::fill_streams() {
  std::vector<std::shared_ptr<PendingFile>> due;
  {
    std::lock_guard const lock(mutex_);
    due.swap(streams_);
  }
  HRESULT first = S_OK;
  for (auto const& file : due) {
    auto const sink = file->with([](auto const&, PendingFile::Sink const& one) { return one; });
    if (::access(sink.path.c_str(), F_OK) != 0) continue;  // It was not transferred.
    auto const filled = fill_stream(*sink.stream.get(), sink.path);
    ::unlink(sink.path.c_str());
    if (SUCCEEDED(first)) first = filled;
  }
  return first;
}

}  // namespace freshet::com
