#include "api/doctor/engine_checks.h"

#include <algorithm>
#include <charconv>
#include <map>

#include <nlohmann/json.hpp>

namespace freshet::doctor {

namespace {

using nlohmann::json;

// What is set, by name; a number as one.
class Values {
 public:
  explicit Values(std::vector<PolicyEntry> const& policies) {
    for (auto const& policy : policies) {
      if (policy.origin != PolicyOrigin::standard) set_[policy.name] = policy.value;
    }
  }
  [[nodiscard]] bool set(std::string const& name) const { return set_.contains(name); }
  [[nodiscard]] std::uint64_t number(std::string const& name) const {
    auto const found = set_.find(name);
    std::uint64_t value = 0;
    if (found == set_.end()) return value;
    std::from_chars(found->second.data(), found->second.data() + found->second.size(), value);
    return value;
  }

 private:
  std::map<std::string, std::string> set_;
};

bool has_peers(DownloadMode mode) {
  return mode == DownloadMode::lan || mode == DownloadMode::group || mode == DownloadMode::internet;
}

void judge_conflicts(Values const& set, DownloadMode mode, Findings& findings) {
  auto const conflict = [&](bool is, std::string text, std::string remedy) {
    if (is) {
      findings.push_back({Check::policy, Severity::warning, std::move(text), std::move(remedy)});
    }
  };
  bool const peers = has_peers(mode);
  for (auto const* name :
       {"DODelayForegroundDownloadFromHttp", "DODelayBackgroundDownloadFromHttp"}) {
    conflict(!peers && set.number(name) > 0,
             std::string(name) + " waits for peers, and no mode with peers is set.",
             "Set DODownloadMode to lan, group or internet, or drop the delay.");
  }
  for (auto const* name :
       {"DODelayCacheServerFallbackForeground", "DODelayCacheServerFallbackBackground"}) {
    conflict(set.number(name) > 0 && !set.set("DOCacheHost"),
             std::string(name) + " waits for a cache host, and none is named.",
             "Name one with DOCacheHost, or drop the delay.");
  }
  conflict(set.set("DOGroupID") && mode != DownloadMode::group,
           "DOGroupID names a group, and the mode is not group.",
           "Set DODownloadMode to group, or drop the group.");
  auto const least = set.number("DOMinBackgroundQos");
  auto const most = set.number("DOMaxBackgroundDownloadBandwidth");
  conflict(least > 0 && most > 0 && least >= most,
           "DOMinBackgroundQos asks for more than DOMaxBackgroundDownloadBandwidth allows: the "
           "origin always helps.",
           "Set the first below the second.");
  auto const all = set.number("DOMaxDownloadBandwidth");
  auto const foreground = set.number("DOMaxForegroundDownloadBandwidth");
  conflict(all > 0 && foreground > all,
           "DOMaxForegroundDownloadBandwidth is above DOMaxDownloadBandwidth, which holds for all.",
           "Raise the second, or drop the first.");
  conflict(set.set("DOMaxCacheSize") && set.set("DOAbsoluteMaxCacheSize"),
           "DOMaxCacheSize has no effect beside DOAbsoluteMaxCacheSize.", "Drop one of them.");
}

// The first event whose code the advice follows from is hard to name; the last trouble is not.
std::string trouble_of(json const& transfer) {
  std::string text;
  if (!transfer.contains("events")) return text;
  for (auto const& event : transfer["events"]) {
    auto const error = event.value("error", "");
    auto const code = event.value("code", "");
    if (error.empty() && !code.starts_with("peers_") && code != "source_without_ranges") continue;
    text = code + ": " + event.value("text", "");
  }
  return text;
}

}  // namespace

Findings judge_policy(std::vector<PolicyEntry> const& policies, PolicyVerdict const& verdict,
                      DownloadMode mode) {
  Findings findings;
  judge_conflicts(Values(policies), mode, findings);
  if (!has_peers(mode)) {
    findings.push_back({Check::policy, Severity::note,
                        "The mode is " + std::string(name(mode)) + ": no peers.",
                        "Set DODownloadMode, or --peers, if peers shall help."});
  }
  for (auto const& reason : verdict.reasons) {
    findings.push_back({Check::policy, Severity::warning, "Policy restricts: " + reason + ".",
                        "Change the policy, or what it is about (docs/policy.md)."});
  }
  if (findings.empty()) {
    findings.push_back(
        {Check::policy,
         Severity::ok,
         "The mode is " + std::string(name(mode)) + ", and nothing restricts it now.",
         {}});
  }
  return findings;
}

Findings judge_bans(std::vector<PeerBan> const& bans) {
  Findings findings;
  for (auto const& ban : bans) {
    if (findings.size() >= 20) break;
    findings.push_back({Check::bans, Severity::warning,
                        ban.address + " is banned: " + ban.why + " (byte " +
                            std::to_string(ban.bytes.begin) + " of " + to_string(ban.content) +
                            ").",
                        "Look at that machine: its disk, its memory, or who runs it."});
  }
  if (findings.empty()) findings.push_back({Check::bans, Severity::ok, "No peer is banned.", {}});
  return findings;
}

Findings judge_records(std::vector<JobWhy> const& records) {
  struct Seen {
    std::string text;
    std::string first;
    std::size_t jobs = 0;
  };
  std::map<std::string, Seen> advices;
  for (auto const& record : records) {
    auto const parsed = json::parse(record.json, nullptr, false);
    if (!parsed.is_object() || !parsed.contains("files")) continue;
    for (auto const& file : parsed["files"]) {
      auto const& transfer = file.value("transfer", json::object());
      for (auto const& advice : transfer.value("advice", json::array())) {
        auto& seen = advices[advice.value("code", "")];
        seen.text = advice.value("text", "");
        if (seen.jobs++ == 0) seen.first = record.name + ", " + trouble_of(transfer);
      }
    }
  }
  Findings findings;
  for (auto const& [code, seen] : advices) {
    findings.push_back({Check::records, Severity::warning,
                        code + " would have helped " + std::to_string(seen.jobs) +
                            (seen.jobs == 1 ? " file: " : " files, first ") + seen.first + ".",
                        seen.text});
  }
  if (findings.empty()) {
    findings.push_back({Check::records, Severity::ok, "No job has anything to complain of.", {}});
  }
  return findings;
}

}  // namespace freshet::doctor
