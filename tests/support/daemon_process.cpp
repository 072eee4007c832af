#include "tests/support/daemon_process.h"

#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

namespace freshet {

namespace {

[[noreturn]] void become(std::vector<char*> const& words, std::optional<unsigned> user) {
  // It ends with the test, however that ends.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  bool const mine =
      !user || (::setgroups(0, nullptr) == 0 && ::setgid(*user) == 0 && ::setuid(*user) == 0);
  if (mine) ::execv(words.front(), words.data());
  ::_exit(127);
}

}  // namespace

DaemonProcess::~DaemonProcess() {
  if (runs()) kill();
}

void DaemonProcess::start() {
  std::vector<std::string> words{spec_.program, "--data",     spec_.data_dir,
                                 "--socket",    spec_.socket, "--socket-mode",
                                 "0666",        "--peers",    "off"};
  words.insert(words.end(), spec_.more.begin(), spec_.more.end());
  std::vector<char*> pointers;
  for (auto& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  child_ = ::fork();
  if (child_ < 0) throw std::runtime_error("no process");
  if (child_ == 0) become(pointers, spec_.user);
}

int DaemonProcess::stop() {
  ::kill(child_, SIGTERM);
  return wait();
}

void DaemonProcess::kill() {
  ::kill(child_, SIGKILL);
  static_cast<void>(wait());
}

int DaemonProcess::wait() {
  int status = 0;
  ::waitpid(child_, &status, 0);
  child_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace freshet
