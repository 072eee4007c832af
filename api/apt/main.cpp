// The program `freshet-apt-method`, which apt runs as `freshet+http` and `freshet+https`
// (docs/apt.md).
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "api/apt/method.h"

namespace {

using namespace freshet;

// What a handler may touch: the end of a pipe.
int pipe_ends[2] = {-1, -1};

void heard(int) {
  auto const error = errno;
  static_cast<void>(!::write(pipe_ends[1], "", 1));
  errno = error;
}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  static_cast<void>(::sigaction(signal, &action, nullptr));
}

// "/usr/lib/apt/methods/freshet+http" is put in front of "http" of the same folder, or of apt's.
std::string own_method(std::string const& program) {
  constexpr std::string_view kPrefix = "freshet+";
  constexpr std::string_view kFolder = "/usr/lib/apt/methods/";
  auto const slash = program.rfind('/');
  auto const folder = program.substr(0, slash == std::string::npos ? 0 : slash + 1);
  auto name = program.substr(folder.size());
  name = name.starts_with(kPrefix) ? name.substr(kPrefix.size()) : std::string("http");
  auto const beside = folder + name;
  bool const there = !folder.empty() && ::access(beside.c_str(), X_OK) == 0;
  return there ? beside : std::string(kFolder) + name;
}

int run(std::string const& program) {
  auto straight = apt::Straight::start(own_method(program));
  if (!straight) {
    apt::Message const failure{
        401, "General Failure", {{"Message", "freshet: " + describe(straight.error())}}};
    static_cast<void>(apt::write_all(STDOUT_FILENO, to_text(failure)));
    return 100;
  }
  if (::pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK) != 0) return 100;
  handle(SIGPIPE, [](int) {});
  for (int const signal : {SIGINT, SIGTERM}) handle(signal, heard);
  return apt::Method(std::move(*straight)).run(pipe_ends[0]);
}

}  // namespace

int main(int, char** words) {
  return run(words[0]);
}
