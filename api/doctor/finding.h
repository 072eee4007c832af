// What a check found: how bad it is, in a sentence, and what to do. Plain values; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::doctor {

// Names are stable: they stand in JSON and in docs/doctor.md. Append, never rename.
enum class Check : std::uint8_t {
  engine,          // The daemon, or the data directory.
  clock,           // Whether it is right.
  disk,            // Space, speed, time to sync.
  limits,          // Open files.
  proxy,           // What the environment says.
  multicast,       // How peers on the link find each other.
  peer_port,       // Where peers reach us.
  peer_reachable,  // Peers that were named.
  origin,          // A URL that was given.
  policy,          // Policies that forbid, or work against each other.
  bans,            // Peers that lied.
  records,         // What decision records of the caller's jobs tell.
};
[[nodiscard]] std::string_view name(Check check);

enum class Severity : std::uint8_t { ok, note, warning, error };
[[nodiscard]] std::string_view name(Severity severity);

struct Finding {
  Check check{};
  Severity severity = Severity::ok;
  std::string text;
  std::string remedy;  // Empty: nothing is to be done.
  bool operator==(Finding const&) const = default;
};
using Findings = std::vector<Finding>;

[[nodiscard]] Severity worst(Findings const& findings);

}  // namespace freshet::doctor
