// The program `freshetd`: parses, runs until it is told to stop (docs/daemon.md).
#include <malloc.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "api/daemon/daemon.h"
#include "api/daemon/signals.h"

namespace {

constexpr unsigned kStopSecondsMax = 30;

// glibc keeps up to eight arenas for each core and gives little of them back: with many threads
// that is a third of a busy daemon's memory. Threads have caches of their own before them.
void bound_arenas() {
#ifdef M_ARENA_MAX
  auto const cores = static_cast<int>(std::thread::hardware_concurrency());
  ::mallopt(M_ARENA_MAX, std::clamp(cores, 2, 4));
#endif
}

int run(int count, char** words) {
  using namespace freshet::daemon;
  auto parsed = parse_settings(count, words);
  if (!parsed.run) return parsed.exit_code;
  Signals signals;
  auto manager = SystemManager::from_environment();
  Daemon daemon(std::move(parsed.settings), manager);
  if (auto const started = daemon.start(); !started) {
    LogLines(freshet::LogSeverity::error)
        .write(freshet::LogSeverity::error, describe(started.error()));
    return 1;
  }
  while (signals.wait() == SIGHUP) {
    auto fresh = parse_settings(count, words);
    daemon.reload(fresh.run ? std::optional(std::move(fresh.settings)) : std::nullopt);
  }
  // Whatever hangs then, nothing is lost by dying: what is durable counts.
  static_cast<void>(::alarm(kStopSecondsMax));
  daemon.stop();
  return 0;
}

}  // namespace

int main(int count, char** words) {
  bound_arenas();
  return run(count, words);
}
