// Another program that a command runs, with this process's terminal. Main thread only.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "freshet/error.h"

namespace freshet::cli {

class Child {
 public:
  // The first word is looked up in PATH. not_found, permission_denied.
  [[nodiscard]] static Result<Child> start(std::vector<std::string> words);

  // Its exit code, as a shell tells it, once it has ended.
  [[nodiscard]] std::optional<int> ended() const;
  void send(int signal) const;

 private:
  explicit Child(pid_t pid) : pid_(pid) {}

  pid_t pid_;
};

}  // namespace freshet::cli
