// A tmpfs of limited size for one test, in a mount namespace of this thread and those it starts.
//
// `made` is false where no file system may be mounted, or when this process has threads already,
// which would not see it: the test then says so and is skipped.
#pragma once

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "freshet/units.h"
#include "tests/support/temp_folder.h"

namespace freshet {

class SmallDisk {
 public:
  explicit SmallDisk(Bytes size) {
    made_ = enter() && ::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, option(size)) == 0;
  }
  ~SmallDisk() {
    if (made_) ::umount2(folder_.path().c_str(), MNT_DETACH);
  }
  SmallDisk(SmallDisk const&) = delete;
  SmallDisk& operator=(SmallDisk const&) = delete;

  [[nodiscard]] bool made() const { return made_; }
  [[nodiscard]] std::string operator/(std::string_view name) const { return folder_ / name; }
  [[nodiscard]] bool resize(Bytes size) {
    return ::mount("tmpfs", folder_.path().c_str(), "tmpfs", MS_REMOUNT, option(size)) == 0;
  }
  // Takes all space that is left; `free` gives it back.
  void fill() {
    std::ofstream file(folder_ / "filler", std::ios::binary);
    std::string const page(4096, 'x');
    while (file.write(page.data(), static_cast<std::streamsize>(page.size())).flush()) {
    }
  }
  void free() { std::filesystem::remove(folder_ / "filler"); }

 private:
  // With an own user namespace where that is needed; nothing that is mounted here shows outside.
  static bool enter() {
    std::filesystem::directory_iterator const threads("/proc/self/task");
    if (std::distance(begin(threads), end(threads)) > 1) return false;
    bool const entered = ::unshare(CLONE_NEWNS) == 0 || enter_as_user();
    return entered && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
  }
  static bool enter_as_user() {
    auto const map = "0 " + std::to_string(::geteuid()) + " 1";
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
    std::ofstream("/proc/self/setgroups") << "deny";
    return static_cast<bool>(std::ofstream("/proc/self/uid_map") << map << std::flush);
  }
  char const* option(Bytes size) {
    option_ = "size=" + std::to_string(size);
    return option_.c_str();
  }

  TempFolder folder_;
  std::string option_;
  bool made_ = false;
};

}  // namespace freshet
