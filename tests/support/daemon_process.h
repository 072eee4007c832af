// A real daemon in a process of its own, for tests of who talks to it.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace freshet {

class DaemonProcess {
 public:
  struct Spec {
    std::string program;
    std::string data_dir;
    std::string socket;
    std::optional<unsigned> user{};  // Runs as that one; the directories are to be its own.
    std::vector<std::string> more{};
  };
  explicit DaemonProcess(Spec spec) : spec_(std::move(spec)) {}
  ~DaemonProcess();  // Kills what still runs.
  DaemonProcess(DaemonProcess const&) = delete;
  DaemonProcess& operator=(DaemonProcess const&) = delete;

  void start();  // Does not wait: who connects does.
  // Ends it in order, and returns its exit status.
  int stop();
  void kill();
  [[nodiscard]] bool runs() const { return child_ > 0; }

 private:
  int wait();

  Spec spec_;
  pid_t child_ = -1;
};

}  // namespace freshet
