// A bus of the test's own: dbus-daemon as a process, in a folder.
#pragma once

#include <sys/types.h>

#include <string>

#include "tests/support/temp_folder.h"

namespace freshet::test {

class PrivateBus {
 public:
  PrivateBus();  // Prints "SKIPPED: " and ends the program when there is no dbus-daemon.
  ~PrivateBus();
  PrivateBus(PrivateBus const&) = delete;
  PrivateBus& operator=(PrivateBus const&) = delete;

  [[nodiscard]] std::string const& address() const { return address_; }

 private:
  TempFolder folder_;
  std::string address_;
  pid_t child_ = -1;
};

}  // namespace freshet::test
