// A library for LD_PRELOAD: the wall clock is off by as many seconds as the file named by
// FRESHET_CLOCK_SECONDS says, read anew at each call. So a program under test sees its clock jump.
//
// Any thread; no state but the file.
#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace {

long offset_seconds() {
  char const* const name = std::getenv("FRESHET_CLOCK_SECONDS");
  std::FILE* const file = name != nullptr ? std::fopen(name, "re") : nullptr;
  if (file == nullptr) return 0;
  long seconds = 0;
  if (std::fscanf(file, "%ld", &seconds) != 1) seconds = 0;
  std::fclose(file);
  return seconds;
}

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* now) {
  using Call = int (*)(clockid_t, timespec*);
  static auto const real = reinterpret_cast<Call>(::dlsym(RTLD_NEXT, "clock_gettime"));
  int const answer = real(clock, now);
  if (answer == 0 && clock == CLOCK_REALTIME) now->tv_sec += offset_seconds();
  return answer;
}
