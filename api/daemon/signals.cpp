#include "api/daemon/signals.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>

namespace freshet::daemon {

namespace {

// What a handler may touch: the end of a pipe.
int pipe_ends[2] = {-1, -1};

void heard(int signal) {
  auto const error = errno;
  auto const byte = static_cast<unsigned char>(signal);
  // A full pipe holds enough of them.
  static_cast<void>(!::write(pipe_ends[1], &byte, 1));
  errno = error;
}

void ignore(int) {}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  static_cast<void>(::sigaction(signal, &action, nullptr));
}

}  // namespace

Signals::Signals() {
  static_cast<void>(!::pipe2(pipe_ends, O_CLOEXEC));
  static_cast<void>(::fcntl(pipe_ends[1], F_SETFL, O_NONBLOCK));
  for (int const signal : {SIGTERM, SIGINT, SIGHUP}) handle(signal, heard);
  handle(SIGPIPE, ignore);
}

Signals::~Signals() {
  for (int const signal : {SIGTERM, SIGINT, SIGHUP}) handle(signal, SIG_DFL);
  ::close(pipe_ends[0]);
  ::close(pipe_ends[1]);
}

int Signals::wait() {
  // A handler ends poll; read would go on, and with it a sanitizer that runs handlers between
  // calls.
  pollfd pipe{pipe_ends[0], POLLIN, 0};
  unsigned char byte = 0;
  while (::poll(&pipe, 1, -1) <= 0 || ::read(pipe_ends[0], &byte, 1) != 1) {
  }
  return byte;
}

}  // namespace freshet::daemon
