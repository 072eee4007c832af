// A library for LD_PRELOAD: makes system calls on files fail as the file named by
// FRESHET_DISK_FAULTS says, one "CALL ERRNO PART-OF-PATH" a line, read anew at each call. So a
// program under test meets the errors of a broken disk behind its own, real calls.
//
// Any thread; no state but the file.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

std::string path_of(int descriptor) {
  char link[64];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  char path[4096];
  auto const size = ::readlink(link, path, sizeof path);
  return size > 0 ? std::string(path, static_cast<std::size_t>(size)) : std::string();
}

// The error this call shall end with, or 0.
int fault(char const* call, int descriptor) {
  char const* const name = std::getenv("FRESHET_DISK_FAULTS");
  std::FILE* const file = name != nullptr ? std::fopen(name, "re") : nullptr;
  if (file == nullptr) return 0;
  char told[32];
  char part[256];
  int error = 0;
  int found = 0;
  while (found == 0 && std::fscanf(file, "%31s %d %255s", told, &error, part) == 3) {
    bool const meant = std::strcmp(told, call) == 0;
    if (meant && path_of(descriptor).find(part) != std::string::npos) found = error;
  }
  std::fclose(file);
  return found;
}

template <typename Call, typename... Arguments>
auto pass(char const* name, char const* call, int descriptor, Arguments... arguments) {
  static_assert(sizeof(Call) == sizeof(void*));
  auto const real = reinterpret_cast<Call>(::dlsym(RTLD_NEXT, name));
  using Answer = decltype(real(descriptor, arguments...));
  if (int const error = fault(call, descriptor); error != 0) {
    errno = error;
    return static_cast<Answer>(-1);
  }
  return real(descriptor, arguments...);
}

using Write = ssize_t (*)(int, void const*, std::size_t, off_t);
using Read = ssize_t (*)(int, void*, std::size_t, off_t);
using Reserve = int (*)(int, int, off_t, off_t);
using Flush = int (*)(int);

}  // namespace

extern "C" {

ssize_t pwrite(int file, void const* bytes, std::size_t size, off_t at) {
  return pass<Write>("pwrite", "pwrite", file, bytes, size, at);
}
ssize_t pwrite64(int file, void const* bytes, std::size_t size, off_t at) {
  return pass<Write>("pwrite64", "pwrite", file, bytes, size, at);
}
ssize_t pread(int file, void* bytes, std::size_t size, off_t at) {
  return pass<Read>("pread", "pread", file, bytes, size, at);
}
ssize_t pread64(int file, void* bytes, std::size_t size, off_t at) {
  return pass<Read>("pread64", "pread", file, bytes, size, at);
}
int fallocate(int file, int mode, off_t begin, off_t size) {
  return pass<Reserve>("fallocate", "fallocate", file, mode, begin, size);
}
int fallocate64(int file, int mode, off_t begin, off_t size) {
  return pass<Reserve>("fallocate64", "fallocate", file, mode, begin, size);
}
int fdatasync(int file) {
  return pass<Flush>("fdatasync", "fdatasync", file);
}
int fsync(int file) {
  return pass<Flush>("fsync", "fsync", file);
}
}
