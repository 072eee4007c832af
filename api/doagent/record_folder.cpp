#include "api/doagent/record_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <filesystem>

#include "api/descriptor.h"
#include "api/doagent/record_text.h"
#include "api/small_file.h"

namespace freshet::doagent {

namespace {

constexpr std::string_view kSuffix = ".download";
constexpr std::size_t kPortBytesMax = 16;

}  // namespace

std::string RecordFolder::file_of(JobId id) const {
  return path_ + "/" + to_string(id) + std::string(kSuffix);
}

Result<RecordFolder::Loaded> RecordFolder::load() const {
  if (::mkdir(path_.c_str(), 0700) != 0 && errno != EEXIST) {
    return tl::unexpected(file_error(errno, path_));
  }
  Loaded loaded;
  std::error_code error;
  for (std::filesystem::directory_iterator at(path_, error), end; !error && at != end;
       at.increment(error)) {
    auto const name = at->path().string();
    if (!name.ends_with(kSuffix)) continue;
    auto const text = read_small_file(name, kRecordBytesMax);
    auto download = text ? read_record(*text) : tl::unexpected(text.error());
    if (download) {
      loaded.downloads.push_back(std::move(*download));
      continue;
    }
    Error wrong{download.error().code, name, download.error().why};
    if (wrong.code == Errc::store_too_new) return tl::unexpected(std::move(wrong));
    loaded.damaged.push_back(std::move(wrong));
  }
  if (error) return fail(Errc::io_error, path_, error.message());
  return loaded;
}

Result<void> RecordFolder::save(Download const& download) const {
  return write_small_file(file_of(download.id), to_text(download));
}

void RecordFolder::remove(JobId id) const {
  static_cast<void>(::unlink(file_of(id).c_str()));
  local::Descriptor const folder(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder) static_cast<void>(::fsync(folder.get()));
}

std::uint16_t RecordFolder::last_port() const {
  auto const text = read_small_file(path_ + "/port", kPortBytesMax);
  std::uint16_t port = 0;
  if (text) static_cast<void>(std::from_chars(text->data(), text->data() + text->size(), port));
  return port;
}

void RecordFolder::remember_port(std::uint16_t port) const {
  static_cast<void>(write_small_file(path_ + "/port", std::to_string(port) + "\n"));
}

}  // namespace freshet::doagent
