// The program `freshet-do-agent`: parses, runs until it is told to stop (docs/agent.md).
#include <signal.h>
#include <unistd.h>

#include "api/daemon/signals.h"
#include "api/doagent/agent.h"

namespace {

constexpr unsigned kStopSecondsMax = 20;

int run(int count, char** words) {
  using namespace freshet::doagent;
  auto parsed = parse_agent_settings(count, words);
  if (!parsed.run) return parsed.exit_code;
  freshet::daemon::Signals signals;
  auto manager = freshet::daemon::SystemManager::from_environment();
  auto const level = parsed.settings.log_level;
  Agent agent(std::move(parsed.settings), manager);
  if (auto const started = agent.start(); !started) {
    freshet::daemon::LogLines(level).write(freshet::LogSeverity::error, describe(started.error()));
    return 1;
  }
  while (signals.wait() == SIGHUP) agent.reload();
  // Whatever hangs then, nothing is lost by dying: what is durable counts.
  static_cast<void>(::alarm(kStopSecondsMax));
  agent.stop();
  return 0;
}

}  // namespace

int main(int count, char** words) {
  return run(count, words);
}
