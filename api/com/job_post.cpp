#include "api/com/job_post.h"

#include "api/com/error_object.h"
#include "api/com/file_object.h"
#include "api/com/job_object.h"
#include "freshet/com/copy_callback.h"
#include "freshet/com/objbase.h"

namespace freshet::com {

Result<void> JobPost::start(std::shared_ptr<JobPost> const& post) {
  auto const id = post->core_->id();
  auto const handler = [weak = std::weak_ptr(post)](Notice const& notice, Client::Accept accept) {
    if (auto const self = weak.lock()) return self->take(notice, std::move(accept));
    accept(false);
  };
  return post->core_->ask<void>([&](Client& client) { return client.notify(id, handler); });
}

void JobPost::take(Notice const& notice, Client::Accept accept) {
  std::optional<Due> replaced;
  {
    std::lock_guard const lock(mutex_);
    if (notice.kind == Notice::Kind::modification) {
      modification_ = notice;
    } else {
      replaced.swap(due_);
      due_ = Due{notice, std::move(accept)};
    }
  }
  if (replaced) replaced->accept(false);
  core_->host().courier().wake(shared_from_this());
}

void JobPost::take_ranges(std::uint32_t file, std::vector<ByteRange> ranges) {
  {
    std::lock_guard const lock(mutex_);
    auto& all = ranges_[file];
    all.insert(all.end(), ranges.begin(), ranges.end());
  }
  core_->host().courier().wake(shared_from_this());
}

void JobPost::end() {
  {
    std::lock_guard const lock(mutex_);
    ended_ = true;
  }
  core_->host().courier().wake(shared_from_this());
}

void JobPost::run() {
  std::optional<Due> due;
  std::optional<Notice> modification;
  std::map<std::uint32_t, std::vector<ByteRange>> ranges;
  bool ended = false;
  {
    std::lock_guard const lock(mutex_);
    due.swap(due_);
    modification.swap(modification_);
    ranges.swap(ranges_);
    ended = ended_;
  }
  if (modification && !ended) tell_modification(*modification);
  for (auto const& [file, there] : ranges) {
    if (!ended) tell_ranges(file, there);
  }
  // Who came after this one is told instead.
  if (due) due->accept(!ended && tell(due->notice));
  // Not on the loop, where what the callback does at its end might wait.
  if (ended) core_->host().drop_post(core_->id(), this);
}

void JobPost::tell_ranges(std::uint32_t index, std::vector<ByteRange> const& there) {
  auto const info = core_->info();
  auto const callback = query<IBackgroundCopyCallback3>(callback_.get());
  if (!info || !callback) return;
  auto const flags = AppData::parse(info->spec.app_data).number("flags", 0);
  if ((flags & BG_NOTIFY_FILE_RANGES_TRANSFERRED) == 0) return;
  auto const job = make<JobObject>(core_);
  auto const file = make<FileObject>(core_, index);
  std::vector<BG_FILE_RANGE> ranges;
  for (auto const& range : there) ranges.push_back(to_com(range));
  static_cast<void>(callback->FileRangesTransferred(
      job.get(), file.get(), static_cast<DWORD>(ranges.size()), ranges.data()));
}

void JobPost::tell_modification(Notice const& notice) {
  auto const data = AppData::parse(notice.job.spec.app_data);
  auto const interval = std::chrono::milliseconds{data.number("interval", 0)};
  auto const now = std::chrono::steady_clock::now();
  if (now < modification_due_) return;
  modification_due_ = now + interval;
  static_cast<void>(tell(notice));
}

bool JobPost::tell(Notice const& notice) {
  auto const callback = query<IBackgroundCopyCallback>(callback_.get());
  if (!callback) return true;
  auto const job = make<JobObject>(core_);
  switch (notice.kind) {
    case Notice::Kind::transferred:
      return callback->JobTransferred(job.get()) == S_OK;
    case Notice::Kind::error:
      return tell_error(*job.get()) == S_OK;
    case Notice::Kind::modification:
      return callback->JobModification(job.get(), 0) == S_OK;
    case Notice::Kind::file_transferred:
      return SUCCEEDED(tell_file(*job.get(), notice));
  }
  return true;
}

// The error may be gone already: then there is nothing to be told.
HRESULT JobPost::tell_error(IBackgroundCopyJob& job) {
  auto const report =
      core_->ask<ErrorReport>([&](Client& client) { return client.error(core_->id()); });
  if (!report) return S_OK;
  auto const error = make<ErrorObject>(core_, *report);
  return query<IBackgroundCopyCallback>(callback_.get())->JobError(&job, error.get());
}

// Which of the two is wanted, the flags of the job say.
HRESULT JobPost::tell_file(IBackgroundCopyJob& job, Notice const& notice) {
  auto const flags =
      AppData::parse(notice.job.spec.app_data).number("flags", BG_NOTIFY_FILE_TRANSFERRED);
  auto const file = make<FileObject>(core_, notice.file);
  auto const plain = query<IBackgroundCopyCallback2>(callback_.get());
  if (plain && (flags & BG_NOTIFY_FILE_TRANSFERRED) != 0) {
    auto const told = plain->FileTransferred(&job, file.get());
    if (FAILED(told)) return told;
  }
  auto const by_range = query<IBackgroundCopyCallback3>(callback_.get());
  if (!by_range || (flags & BG_NOTIFY_FILE_RANGES_TRANSFERRED) == 0) return S_OK;
  DWORD count = 0;
  BG_FILE_RANGE* ranges = nullptr;
  if (FAILED(file->GetFilledFileRanges(&count, &ranges))) return S_OK;
  auto const told = by_range->FileRangesTransferred(&job, file.get(), count, ranges);
  CoTaskMemFree(ranges);
  return told;
}

}  // namespace freshet::com
