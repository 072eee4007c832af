// Options of DHCP leases that administrators hand out to Delivery Optimization, as the client that
// asked for them wrote them down.
//
// Reads small files: a worker's work. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace freshet {

inline constexpr unsigned kDhcpGroup = 234;
inline constexpr unsigned kDhcpCacheHosts = 235;

// Of the leases of systemd-networkd and dhclient below `root`; empty when none has it, or when it
// is no text.
[[nodiscard]] std::string dhcp_option(std::string const& root, unsigned number);

// "61:62", "6162": the text that these bytes are; nothing for what is no printable ASCII.
[[nodiscard]] std::optional<std::string> text_of_hex(std::string_view hex);

}  // namespace freshet
