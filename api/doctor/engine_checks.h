// Checks of what an engine says of itself: policies, bans, decision records.
//
// Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "api/doctor/finding.h"
#include "freshet/monitor.h"
#include "freshet/peers.h"
#include "freshet/policy.h"

namespace freshet::doctor {

// `mode`: as it is in force.
[[nodiscard]] Findings judge_policy(std::vector<PolicyEntry> const& policies,
                                    PolicyVerdict const& verdict, DownloadMode mode);
[[nodiscard]] Findings judge_bans(std::vector<PeerBan> const& bans);

struct JobWhy {
  std::string name;  // Of the job, or its id.
  std::string json;  // Its decision record.
};
// Each advice that records give, once, with what it follows from.
[[nodiscard]] Findings judge_records(std::vector<JobWhy> const& records);

}  // namespace freshet::doctor
