#include "tests/support/program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

extern char** environ;

namespace freshet {

namespace {

using Pipe = std::array<int, 2>;

Pipe make_pipe() {
  Pipe pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  return pipe;
}

pid_t start(std::vector<std::string> const& words, int input, int output) {
  std::vector<char*> argv;
  for (auto const& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, 0);
  posix_spawn_file_actions_adddup2(&actions, output, 1);
  posix_spawn_file_actions_adddup2(&actions, output, 2);
  pid_t child = -1;
  int const failed = ::posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error("cannot start " + words.front());
  return child;
}

}  // namespace

Ran run_program(std::vector<std::string> const& words, std::string_view input) {
  auto const in = make_pipe();
  auto const out = make_pipe();
  if (::write(in[1], input.data(), input.size()) != static_cast<ssize_t>(input.size())) {
    throw std::runtime_error("input too long");
  }
  ::close(in[1]);
  auto const child = start(words, in[0], out[1]);
  ::close(in[0]);
  ::close(out[1]);
  Ran ran;
  char chunk[4096];
  for (ssize_t count; (count = ::read(out[0], chunk, sizeof chunk)) > 0;) {
    ran.output.append(chunk, static_cast<std::size_t>(count));
  }
  ::close(out[0]);
  int status = 0;
  if (::waitpid(child, &status, 0) == child && WIFEXITED(status)) ran.status = WEXITSTATUS(status);
  return ran;
}

}  // namespace freshet
