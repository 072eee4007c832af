// Where the program's words go: results to standard output, everything else to standard error.
//
// Main thread only.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "freshet/error.h"

namespace freshet::cli {

struct ConsoleOptions {
  bool json = false;   // JSON lines on standard output, nothing on standard error.
  bool quiet = false;  // Errors only.
};

class Console {
 public:
  explicit Console(ConsoleOptions options);

  [[nodiscard]] bool json() const { return options_.json; }
  [[nodiscard]] bool quiet() const { return options_.quiet; }
  [[nodiscard]] bool terminal() const { return terminal_; }

  // What was asked for.
  void result(std::string_view line);
  void record(nlohmann::json const& value);
  // For people who watch.
  void note(std::string_view line);
  // Replaces itself on a terminal.
  void status(std::string_view line);
  // Says it and returns the exit code that goes with it.
  [[nodiscard]] int error(Error const& error);

 private:
  void clear_status();

  ConsoleOptions options_;
  bool terminal_;
  bool status_shown_ = false;
};

}  // namespace freshet::cli
