#include "api/doagent/run_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "api/descriptor.h"
#include "api/small_file.h"

namespace freshet::doagent {

namespace {

constexpr std::string_view kName = "restport";  // What clients look for in a name.
constexpr mode_t kFolderMode = 0755;
constexpr mode_t kFileMode = 0444;

}  // namespace

RunFolder::~RunFolder() {
  if (!file_.empty()) static_cast<void>(::unlink(file_.c_str()));
}

Result<void> RunFolder::prepare() {
  if (::mkdir(path_.c_str(), kFolderMode) == 0) {
    static_cast<void>(::chmod(path_.c_str(), kFolderMode));  // Whatever the umask took away.
  } else if (errno != EEXIST) {
    return tl::unexpected(file_error(errno, path_));
  }
  remove_port_files();
  return {};
}

void RunFolder::remove_port_files() const {
  std::error_code error;
  for (std::filesystem::directory_iterator at(path_, error), end; !error && at != end;
       at.increment(error)) {
    auto const name = at->path().filename().string();
    if (name.find(kName) != std::string::npos) static_cast<void>(::unlink(at->path().c_str()));
  }
}

Result<void> RunFolder::publish(std::uint16_t port) {
  auto const pid = std::to_string(::getpid());
  auto const fresh = path_ + "/.port." + pid;
  static_cast<void>(::unlink(fresh.c_str()));
  local::Descriptor const file(
      ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kFileMode));
  auto const text = std::to_string(port) + "\n";
  auto const name = path_ + "/" + std::string(kName) + "." + pid;
  bool const published =
      file && ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fchmod(file.get(), kFileMode) == 0 && ::rename(fresh.c_str(), name.c_str()) == 0;
  if (!published) return tl::unexpected(file_error(errno, name));
  file_ = name;
  return {};
}

}  // namespace freshet::doagent
