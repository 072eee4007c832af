// Which policies hold and where each comes from: defaults, the file, the application.
//
// Loop only, but for `load` before the loop has it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "api/policy/policy_file.h"

namespace freshet {

class PolicySource {
 public:
  using Given = std::vector<std::pair<std::string, std::string>>;
  // `required`: that the file is absent is an error.
  PolicySource(std::string path, bool required, Given given)
      : path_(std::move(path)), required_(required), given_(std::move(given)) {}

  // Reads the file; on an error everything stays as it was.
  [[nodiscard]] Result<void> load();

  [[nodiscard]] Policy const& policy() const { return policy_; }
  [[nodiscard]] PeerSettings const& peers() const { return file_.peers; }
  [[nodiscard]] MachineOverrides const& machine() const { return file_.machine; }
  [[nodiscard]] std::vector<PolicyEntry> entries() const;

 private:
  std::string path_;
  bool required_;
  Given given_;
  PolicyFile file_;
  Policy over_;
  Policy policy_;
};

// The application's options as the file and the policies change them.
[[nodiscard]] Result<PeerOptions> with_policies(PeerOptions options, PolicySource const& source,
                                                MachineState const& machine);

}  // namespace freshet
