#include "api/file_hasher.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "api/small_file.h"
#include "engine/content/merkle.h"
#include "engine/content/merkle_builder.h"

namespace freshet {

namespace {

constexpr Bytes kChunkBytes = 1_MiB;
constexpr Bytes kReadAheadBytes = 8_MiB;
constexpr std::size_t kThreads = 2;
constexpr auto kProgressEvery = std::chrono::milliseconds{100};

// One run over one file. The threads take chunks in turn; what they share is behind the mutex.
class FileHasher {
 public:
  explicit FileHasher(std::string const& path) : path_(path) {}
  FileHasher(FileHasher const&) = delete;
  FileHasher& operator=(FileHasher const&) = delete;
  ~FileHasher() {
    if (fd_ >= 0) ::close(fd_);
  }

  Result<std::shared_ptr<Manifest const>> run(HashProgress const& progress) {
    if (auto opened = open(); !opened) return unexpected(opened.error());
    std::array<std::thread, kThreads> threads;
    for (auto& thread : threads) thread = std::thread([this] { work(); });
    watch(progress);
    for (auto& thread : threads) thread.join();
    if (error_) return unexpected(*std::move(error_));
    if (!unchanged()) return fail(Errc::file_changed, path_, "was written to while it was read");
    return builder_->finish(length());
  }

 private:
  [[nodiscard]] Bytes length() const { return static_cast<Bytes>(before_.st_size); }

  Result<void> open() {
    fd_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd_ < 0 || ::fstat(fd_, &before_) != 0) return unexpected(file_error(errno, path_));
    if (!S_ISREG(before_.st_mode)) return fail(Errc::path_invalid, path_, "is no regular file");
    auto const piece_length = piece_length_for(length());
    if (auto checked = check_geometry(length(), piece_length); !checked) {
      return fail(Errc::limit_reached, path_, checked.error().why);
    }
    ::posix_fadvise(fd_, 0, 0, POSIX_FADV_SEQUENTIAL);
    builder_.emplace(piece_length);
    return {};
  }

  [[nodiscard]] bool unchanged() const {
    struct stat after {};
    return ::fstat(fd_, &after) == 0 && after.st_size == before_.st_size &&
           after.st_mtim.tv_sec == before_.st_mtim.tv_sec &&
           after.st_mtim.tv_nsec == before_.st_mtim.tv_nsec;
  }

  // Returns when the threads have nothing left to take.
  void watch(HashProgress const& progress) {
    std::unique_lock lock(mutex_);
    for (bool ended = false; !ended;) {
      ended = changed_.wait_for(lock, kProgressEvery, [this] { return running_ == 0; });
      auto const done = done_;
      lock.unlock();
      bool const go_on = !progress || progress(done, length());
      lock.lock();
      if (!go_on && !error_) error_ = Error{Errc::cancelled, path_, "was stopped"};
    }
  }

  void work() {
    std::vector<std::byte> chunk(kChunkBytes);
    std::vector<Digest> leaves(kChunkBytes / kBlockBytes);
    while (auto const begin = take()) {
      auto const size = static_cast<std::size_t>(std::min(kChunkBytes, length() - *begin));
      auto const bytes = std::span(chunk).first(size);
      auto const hashes = std::span(leaves).first((size + kBlockBytes - 1) / kBlockBytes);
      if (auto error = read(*begin, bytes)) {
        give_up(*std::move(error));
        break;
      }
      hash_blocks(bytes, hashes);
      add(*begin, size, hashes);
    }
    std::lock_guard const lock(mutex_);
    if (--running_ == 0) changed_.notify_one();
  }

  std::optional<Bytes> take() {
    std::lock_guard const lock(mutex_);
    if (error_ || next_ >= length()) return std::nullopt;
    return std::exchange(next_, next_ + kChunkBytes);
  }

  std::optional<Error> read(Bytes at, std::span<std::byte> bytes) const {
    ::posix_fadvise(fd_, static_cast<off_t>(at + kReadAheadBytes), kChunkBytes,
                    POSIX_FADV_WILLNEED);
    while (!bytes.empty()) {
      auto const count = ::pread(fd_, bytes.data(), bytes.size(), static_cast<off_t>(at));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return file_error(errno, path_);
      if (count == 0) return Error{Errc::file_changed, path_, "became shorter while it was read"};
      bytes = bytes.subspan(static_cast<std::size_t>(count));
      at += static_cast<Bytes>(count);
    }
    return std::nullopt;
  }

  void add(Bytes begin, std::size_t size, std::span<Digest const> hashes) {
    std::lock_guard const lock(mutex_);
    auto added = builder_->add(begin / kBlockBytes, hashes);
    if (!added && !error_) error_ = added.error();
    done_ += size;
  }

  void give_up(Error error) {
    std::lock_guard const lock(mutex_);
    if (!error_) error_ = std::move(error);
  }

  std::string const& path_;  // The caller of `hash_file` holds it.
  int fd_ = -1;
  struct stat before_ {};

  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t running_ = kThreads;
  std::optional<MerkleBuilder> builder_;
  Bytes next_ = 0;
  Bytes done_ = 0;
  std::optional<Error> error_;
};

}  // namespace

Result<std::shared_ptr<Manifest const>> hash_file(std::string const& path,
                                                  HashProgress const& progress) {
  return FileHasher(path).run(progress);
}

}  // namespace freshet
