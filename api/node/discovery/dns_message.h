// Messages of multicast DNS (RFC 1035, 6762) as far as DNS-SD over IPv4 needs them.
//
// Pure; any thread. What is parsed is hostile.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/node/route/address.h"

namespace freshet::node {

using DnsName = std::vector<std::string>;  // Labels, the first one first.

enum class DnsType : std::uint16_t { a = 1, ptr = 12, txt = 16, srv = 33, any = 255 };

struct DnsQuestion {
  DnsName name;
  DnsType type = DnsType::any;
  bool unicast = false;  // The answer may come to the asker alone.
  bool operator==(DnsQuestion const&) const = default;
};

struct DnsRecord {
  DnsName name;
  DnsType type = DnsType::ptr;
  std::uint32_t ttl = 0;  // Seconds; 0: it is gone.
  bool unique = false;    // It replaces others of the name and type.
  DnsName target;         // Of PTR and SRV.
  std::uint16_t port = 0;
  std::vector<std::string> texts;
  IpAddress address;
  bool operator==(DnsRecord const&) const = default;
};

struct DnsMessage {
  std::uint16_t id = 0;
  bool response = false;
  std::vector<DnsQuestion> questions;
  std::vector<DnsRecord> records;  // Of all sections; those of other types are left out.
  bool operator==(DnsMessage const&) const = default;
};

[[nodiscard]] bool same_name(DnsName const& a, DnsName const& b);
// Records are written as answers. Labels are cut to 63 bytes.
[[nodiscard]] std::string write_dns(DnsMessage const& message);
// Nothing: it is malformed.
[[nodiscard]] std::optional<DnsMessage> parse_dns(std::string_view bytes);

}  // namespace freshet::node
