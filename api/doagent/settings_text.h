// The two files that administrators and clients of the protocol write, read as far as they matter.
//
// Pure; any thread. What cannot be read is as if it were not there.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "freshet/units.h"

namespace freshet::doagent {

inline constexpr std::size_t kSettingsBytesMax = 256 * 1024;

// Never: `Duration::max()`.
struct AdminSettings {
  std::optional<std::string> cache_host;   // Empty: none, whatever clients say.
  std::optional<Duration> fallback_delay;  // How long only the cache host is asked.
  bool validate_address = true;            // Callers come from loopback addresses.
  bool operator==(AdminSettings const&) const = default;
};
[[nodiscard]] AdminSettings read_admin_settings(std::string_view text);

// The gateway of the connection string that a client has stored; empty: none. The string holds a
// secret, which stays in it.
[[nodiscard]] std::string read_gateway(std::string_view text);

}  // namespace freshet::doagent
