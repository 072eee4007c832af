#include "api/client/byte_stream.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

namespace freshet {

namespace {

using std::chrono::steady_clock;

// Events tell of more at once; this is for what they cannot tell, as a daemon that was away.
constexpr Duration kLookAgain = std::chrono::seconds{1};

}  // namespace

class ByteStream::Bell {
 public:
  void ring() {
    std::lock_guard const lock(mutex_);
    rung_ = true;
    changed_.notify_all();
  }
  void wait(Duration at_most) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, at_most, [this] { return rung_; });
    rung_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool rung_ = true;  // What happened before it was there.
};

ByteStream::ByteStream(ClientMaker::Backend const& backend, JobId job, std::uint32_t file,
                       StreamOptions const& options)
    : backend_(backend),
      job_(job),
      file_(file),
      options_(options),
      at_(options.range.begin),
      last_(steady_clock::now()),
      bell_(std::make_shared<Bell>()) {}

ByteStream::~ByteStream() = default;

Result<Bytes> ByteStream::run(Client::Sink const& sink) {
  std::vector<std::byte> chunk(kChunkBytesMax);
  auto const& range = options_.range;
  std::stop_callback const on_stop(options_.stop, [bell = bell_] { bell->ring(); });
  while (at_ < range.end) {
    if (options_.stop.stop_requested()) return fail(Errc::stopped, "stream", "as was asked for");
    auto const into = std::span(chunk).first(std::min<Bytes>(chunk.size(), range.end - at_));
    auto const got = backend_.read(job_, file_, at_, into);
    if (!got && may_recover()) {
      if (!wait()) return tl::unexpected(got.error());
      continue;
    }
    if (!got) return tl::unexpected(got.error());
    doubted_ = false;
    if (auto const same = check(*got); !same) return tl::unexpected(same.error());
    if (got->size > 0) {
      if (auto const taken = sink(into.first(got->size)); !taken) {
        return tl::unexpected(taken.error());
      }
      at_ += got->size;
      last_ = steady_clock::now();
    }
    if (over(*got)) break;
    if (got->size == 0 && !wait()) {
      return fail(Errc::timed_out, "job " + to_string(job_), "no more bytes came in time");
    }
  }
  return at_ - range.begin;
}

Result<void> ByteStream::check(ReadBytes const& got) {
  bool const another = got.version != version_;
  if (another && at_ > options_.range.begin) {
    return fail(Errc::content_changed, "job " + to_string(job_),
                "the content began anew while it was read");
  }
  version_ = got.version;
  return {};
}

bool ByteStream::may_recover() {
  if (!options_.through_errors) return false;
  auto const job = backend_.job(job_);
  if (!job) return false;
  // One that is in no error any more was resumed just now, unless the error is not its own.
  bool const in_error = job->state == JobState::error;
  return !std::exchange(doubted_, !in_error) || in_error;
}

bool ByteStream::over(ReadBytes const& got) const {
  return got.length && at_ >= *got.length;
}

bool ByteStream::wait() {
  auto const waited = steady_clock::now() - last_;
  if (options_.patience && waited >= *options_.patience) return false;
  if (!watching_) {
    watching_ = backend_.watch([bell = bell_, job = job_](JobEvent const& event) {
      if (event.job.id == job) bell->ring();
    });
  }
  auto const left = options_.patience ? *options_.patience - waited : kLookAgain;
  bell_->wait(std::min<Duration>(left, kLookAgain));
  return true;
}

}  // namespace freshet
