// What may be done now: policies, machine, what was used and the time in, allowances and their
// reasons out.
//
// Pure; any thread. docs/policy.md tells the rules.
#pragma once

#include "freshet/policy.h"

namespace freshet {

struct PolicyFacts {
  MachineState machine;
  Bytes uploaded_internet = 0;  // To Internet peers in this calendar month.
  std::uint32_t hour = 0;       // Of the day, where the machine is.
  BytesPerSecond measured{};    // What the way to us was seen to carry; 0: not yet.
};

[[nodiscard]] PolicyVerdict decide(Policy const& policy, PolicyFacts const& facts);

// The machine as it is to be taken.
[[nodiscard]] MachineState overridden(MachineState machine, MachineOverrides const& overrides);
// Cache hosts with commas between, by DOCacheHost or as the network hands them out.
[[nodiscard]] std::string cache_hosts_of(Policy const& policy, MachineState const& machine);
// The group's name, by DOGroupID or as the network has it; nothing when no policy says so.
[[nodiscard]] std::optional<std::string> group_of(Policy const& policy,
                                                  MachineState const& machine);
// The month's budget for uploads; nothing when there is no limit.
[[nodiscard]] std::optional<Bytes> upload_cap(Policy const& policy);
// Whether `hour` is one of those.
[[nodiscard]] bool holds(HourLimits const& hours, std::uint32_t hour);

}  // namespace freshet
