#include "api/apt/straight.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

extern char** environ;

namespace freshet::apt {

namespace {

struct Pipe {
  local::Descriptor read;
  local::Descriptor write;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return fail(Errc::io_error, "pipe", std::strerror(errno));
  }
  return Pipe{local::Descriptor(ends[0]), local::Descriptor(ends[1])};
}

bool is_this_program(std::string const& path) {
  struct stat its {};
  struct stat ours {};
  return ::stat(path.c_str(), &its) == 0 && ::stat("/proc/self/exe", &ours) == 0 &&
         its.st_dev == ours.st_dev && its.st_ino == ours.st_ino;
}

}  // namespace

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    auto const written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

Result<Straight> Straight::start(std::string const& program) {
  if (is_this_program(program)) {
    return fail(Errc::invalid_argument, program, "is this program, not apt's own method");
  }
  auto in = make_pipe();
  auto out = make_pipe();
  if (!in) return tl::unexpected(in.error());
  if (!out) return tl::unexpected(out.error());
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, in->read.get(), STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out->write.get(), STDOUT_FILENO);
  auto path = program;
  std::array<char*, 2> const words{path.data(), nullptr};
  Straight child;
  int const failed =
      ::posix_spawn(&child.child_, path.c_str(), &actions, nullptr, words.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) {
    return fail(failed == ENOENT ? Errc::not_found : Errc::permission_denied, program,
                std::strerror(failed));
  }
  child.input_ = std::move(in->write);
  child.output_ = std::move(out->read);
  return child;
}

bool Straight::send(Message const& message) {
  return write_all(input_.get(), to_text(message));
}

int Straight::finish() {
  input_ = local::Descriptor();
  int status = 0;
  while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 100;
}

}  // namespace freshet::apt
