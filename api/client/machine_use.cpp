#include "api/client/machine_use.h"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

namespace freshet {

namespace {

// More often than this the numbers would jump.
constexpr Duration kIntervalMin = std::chrono::milliseconds{500};

Duration cpu_time() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  auto const of = [](timeval const& time) {
    return std::chrono::seconds{time.tv_sec} + std::chrono::microseconds{time.tv_usec};
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

Bytes resident_bytes() {
  std::ifstream file("/proc/self/statm");
  Bytes size = 0;
  Bytes resident = 0;
  file >> size >> resident;
  return resident * static_cast<Bytes>(::sysconf(_SC_PAGESIZE));
}

BytesPerSecond rate_of(Bytes now, Bytes before, Duration time) {
  auto const seconds = std::chrono::duration<double>(time).count();
  if (now <= before || seconds <= 0) return {};
  return {static_cast<std::uint64_t>(static_cast<double>(now - before) / seconds)};
}

}  // namespace

MachineUse::MachineUse() : last_(sample()) {}

MachineUse::Sample MachineUse::sample() {
  Sample now{.at = std::chrono::steady_clock::now(), .cpu = cpu_time()};
  std::ifstream file("/proc/net/dev");
  for (std::string line; std::getline(file, line);) {
    auto const colon = line.find(':');
    if (colon == std::string::npos) continue;
    auto const name = line.substr(line.find_first_not_of(' '), colon - line.find_first_not_of(' '));
    if (name == "lo") continue;
    std::istringstream fields(line.substr(colon + 1));
    Bytes value = 0;
    for (int i = 0; i < 9 && fields >> value; ++i) {
      if (i == 0) now.received += value;
      if (i == 8) now.sent += value;
    }
  }
  return now;
}

MachineUse::Use MachineUse::since_last() {
  auto const now = sample();
  auto const time = now.at - last_.at;
  use_.memory_bytes = resident_bytes();
  if (time < kIntervalMin) return use_;
  use_.cpu_percent = 100 * std::chrono::duration<double>(now.cpu - last_.cpu).count() /
                     std::chrono::duration<double>(time).count();
  use_.received = rate_of(now.received, last_.received, time);
  use_.sent = rate_of(now.sent, last_.sent, time);
  last_ = now;
  return use_;
}

}  // namespace freshet
