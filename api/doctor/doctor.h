// All checks of `freshet doctor`, in order.
//
// Any thread; waits some seconds.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "api/doctor/finding.h"
#include "freshet/client.h"

namespace freshet::doctor {

struct Questions {
  std::string disk;                               // A directory on the disk that counts.
  std::string url;                                // An origin to look at; may be empty.
  std::string proxy;                              // As of OriginSpec.
  std::string ca_file;                            // Likewise.
  std::vector<std::string> peers;                 // "address:port"
  Duration listen_for = std::chrono::seconds{1};  // On each interface.
};

// `engine`: the daemon, or an engine on the data directory, or why there is none. Findings are told
// as they come.
void examine(Result<Client> const& engine, Questions const& questions,
             std::function<void(Finding const&)> const& tell);

}  // namespace freshet::doctor
