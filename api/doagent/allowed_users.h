// Who may create downloads. Any thread; asks the user database.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "freshet/error.h"

namespace freshet::doagent {

class AllowedUsers {
 public:
  // Names or numbers. not_found names one that there is not.
  [[nodiscard]] static Result<AllowedUsers> from(std::vector<std::string> const& users,
                                                 std::vector<std::string> const& groups);

  // Root always; everyone when neither users nor groups are named.
  [[nodiscard]] bool allows(std::uint32_t uid) const;

 private:
  bool everyone_ = true;
  std::set<std::uint32_t> users_;
  std::set<std::uint32_t> groups_;
};

}  // namespace freshet::doagent
