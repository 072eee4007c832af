#include "tests/integration/machine/private_bus.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace freshet::test {

namespace {

constexpr char const* kRules = R"(<busconfig>
<type>system</type><listen>unix:path=SOCKET</listen><auth>EXTERNAL</auth>
<policy context="default"><allow own="*"/><allow send_destination="*"/>
<allow receive_sender="*"/><allow user="*"/></policy>
</busconfig>)";

}  // namespace

PrivateBus::PrivateBus() {
  std::string rules = kRules;
  rules.replace(rules.find("SOCKET"), 6, folder_ / "bus");
  write_file(folder_ / "bus.conf", rules);
  auto const config = "--config-file=" + (folder_ / "bus.conf");
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  child_ = ::fork();
  if (child_ == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::execlp("dbus-daemon", "dbus-daemon", config.c_str(), "--nofork", "--print-address=1",
             nullptr);
    ::_exit(127);
  }
  ::close(ends[1]);
  // It tells its address once it listens.
  char letter = 0;
  while (::read(ends[0], &letter, 1) == 1 && letter != '\n') address_ += letter;
  ::close(ends[0]);
  if (!address_.empty()) return;
  std::puts("SKIPPED: dbus-daemon is not there");
  std::exit(0);
}

PrivateBus::~PrivateBus() {
  ::kill(child_, SIGTERM);
  ::waitpid(child_, nullptr, 0);
}

}  // namespace freshet::test
