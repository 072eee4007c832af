// Where clients find our port: one file in a folder that every local user can read.
//
// One thread. The file is there from `publish` until the end.
#pragma once

#include <cstdint>
#include <string>

#include "freshet/error.h"

namespace freshet::doagent {

class RunFolder {
 public:
  explicit RunFolder(std::string path) : path_(std::move(path)) {}
  ~RunFolder();  // Takes the file away; the folder stays.
  RunFolder(RunFolder const&) = delete;
  RunFolder& operator=(RunFolder const&) = delete;

  // Makes it when it is absent, and removes the files of agents that are gone.
  [[nodiscard]] Result<void> prepare();
  // Whole and readable from the first moment on.
  [[nodiscard]] Result<void> publish(std::uint16_t port);

 private:
  void remove_port_files() const;

  std::string path_;
  std::string file_;
};

}  // namespace freshet::doagent
