#include "api/cli/child.h"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>

#include "api/cli/exit_code.h"

extern char** environ;

namespace freshet::cli {

Result<Child> Child::start(std::vector<std::string> words) {
  std::vector<char*> pointers;
  for (auto& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  // Signals that wake this program up are held back here, not there.
  posix_spawnattr_t attributes;
  sigset_t none;
  ::sigemptyset(&none);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  pid_t pid = -1;
  int const failed =
      ::posix_spawnp(&pid, pointers.front(), nullptr, &attributes, pointers.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  if (failed == 0) return Child(pid);
  return fail(failed == ENOENT ? Errc::not_found : Errc::permission_denied, words.front(),
              std::strerror(failed));
}

std::optional<int> Child::ended() const {
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
  return WIFEXITED(status) ? WEXITSTATUS(status) : kStopped + WTERMSIG(status);
}

void Child::send(int signal) const {
  static_cast<void>(::kill(pid_, signal));
}

}  // namespace freshet::cli
