// What the machine is like, as the kernel, DHCP clients and NetworkManager tell it.
//
// Reads small files and asks once: a worker's work. Any thread.
#pragma once

#include <string>

#include "freshet/policy.h"

namespace freshet {

// This machine; `data_dir` lies on the disk that counts.
[[nodiscard]] MachineState read_machine(std::string const& data_dir);
// What stands in files below `root` alone, which is "/" but for tests.
[[nodiscard]] MachineState read_machine(std::string const& root, std::string const& data_dir);

}  // namespace freshet
