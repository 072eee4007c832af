// Every policy by its name: what it may be, what it is, and what holds when it is not set.
//
// Pure; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "freshet/policy.h"

namespace freshet {

using PolicyMember = std::variant<Policy::Number Policy::*, Policy::Switch Policy::*,
                                  Policy::Text Policy::*, Policy::Hours Policy::*>;

struct PolicyRow {
  std::string_view name;  // "DOMonthlyUploadDataCap"
  PolicyMember member;
  std::string_view unit;      // "GB"; may be empty.
  std::string_view standard;  // As `policy show` writes what holds when it is not set.
  std::uint64_t least = 0;    // Of numbers.
  std::uint64_t most = 0;
};

[[nodiscard]] std::span<PolicyRow const> policy_table();
// Null when there is none of this name; case counts.
[[nodiscard]] PolicyRow const* find_policy(std::string_view name);

using PolicyValue = std::variant<std::uint64_t, bool, std::string, HourLimits>;
// invalid_argument says what the value may be.
[[nodiscard]] Result<void> set_policy(Policy& policy, PolicyRow const& row,
                                      PolicyValue const& value);
// As on a command line: "20", "true", "lan", "8-18:20:100" (hours, percent inside and outside).
[[nodiscard]] Result<void> set_policy_text(Policy& policy, std::string_view name,
                                           std::string_view text);
// Empty when it is not set.
[[nodiscard]] std::string policy_text(Policy const& policy, PolicyRow const& row);
// The parts of "a, b,c", without the spaces around them and without empty ones.
[[nodiscard]] std::vector<std::string> comma_list(std::string_view text);
// Those that are set in `over` replace those in `under`.
[[nodiscard]] Policy merged(Policy under, Policy const& over);

}  // namespace freshet
