#include "engine/policy/policy_table.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace freshet {

namespace {

constexpr std::uint64_t kMonthSeconds = 2'592'000;
constexpr std::uint64_t kAnyMost = 4'294'967'295;

using P = Policy;

constexpr std::array kTable{
    PolicyRow{"DODownloadMode", &P::download_mode, "", "lan"},
    PolicyRow{"DOGroupID", &P::group_id, "", ""},
    PolicyRow{"DOGroupIDSource", &P::group_id_source, "", "0", 0, kAnyMost},
    PolicyRow{"DORestrictPeerSelectionBy", &P::restrict_peer_selection_by, "", "0", 0, 2},
    PolicyRow{"DOMinRAMAllowedToPeer", &P::min_ram_gb, "GB", "0", 0, 100'000},
    PolicyRow{"DOMinDiskSizeAllowedToPeer", &P::min_disk_gb, "GB", "0", 0, 100'000'000},
    PolicyRow{"DOMaxCacheAge", &P::max_cache_age_s, "s", "259200", 0, kAnyMost},
    PolicyRow{"DOMaxCacheSize", &P::max_cache_size_percent, "%", "", 1, 100},
    PolicyRow{"DOAbsoluteMaxCacheSize", &P::absolute_max_cache_size_gb, "GB", "", 0, 100'000'000},
    PolicyRow{"DOMinFileSizeToCache", &P::min_file_size_to_cache_mb, "MB", "", 1, 100'000},
    PolicyRow{"DOMonthlyUploadDataCap", &P::monthly_upload_data_cap_gb, "GB", "20", 0, 100'000'000},
    PolicyRow{"DOMinBackgroundQoS", &P::min_background_qos_kbps, "KB/s", "0", 0, kAnyMost},
    PolicyRow{"DOAllowVPNPeerCaching", &P::allow_vpn_peer_caching, "", "false"},
    PolicyRow{"DOVpnKeywords", &P::vpn_keywords, "", "vpn,secure,virtual private network"},
    PolicyRow{"DODisallowCacheServerDownloadsOnVPN", &P::disallow_cache_server_on_vpn, "", "false"},
    PolicyRow{"DOMinBatteryPercentageAllowedToUpload", &P::min_battery_percent_to_upload, "%", "0",
              0, 100},
    PolicyRow{"DOPercentageMaxForegroundBandwidth", &P::percent_max_foreground, "%", "0", 0, 100},
    PolicyRow{"DOPercentageMaxBackgroundBandwidth", &P::percent_max_background, "%", "0", 0, 100},
    PolicyRow{"DOPercentageMaxDownloadBandwidth", &P::percent_max_download, "%", "0", 0, 100},
    PolicyRow{"DOMaxForegroundDownloadBandwidth", &P::max_foreground_kbps, "KB/s", "0", 0,
              kAnyMost},
    PolicyRow{"DOMaxBackgroundDownloadBandwidth", &P::max_background_kbps, "KB/s", "0", 0,
              kAnyMost},
    PolicyRow{"DOMaxDownloadBandwidth", &P::max_download_kbps, "KB/s", "0", 0, kAnyMost},
    PolicyRow{"DOMaxUploadBandwidth", &P::max_upload_kbps, "KB/s", "0", 0, kAnyMost},
    PolicyRow{"DOSetHoursToLimitForegroundDownloadBandwidth", &P::hours_foreground, "", ""},
    PolicyRow{"DOSetHoursToLimitBackgroundDownloadBandwidth", &P::hours_background, "", ""},
    PolicyRow{"DODelayForegroundDownloadFromHttp", &P::delay_foreground_from_http_s, "s", "0", 0,
              kAnyMost},
    PolicyRow{"DODelayBackgroundDownloadFromHttp", &P::delay_background_from_http_s, "s", "0", 0,
              kAnyMost},
    PolicyRow{"DODelayCacheServerFallbackForeground", &P::delay_cache_fallback_foreground_s, "s",
              "0", 0, kMonthSeconds},
    PolicyRow{"DODelayCacheServerFallbackBackground", &P::delay_cache_fallback_background_s, "s",
              "0", 0, kMonthSeconds},
    PolicyRow{"DOCacheHost", &P::cache_host, "", ""},
    PolicyRow{"DOCacheHostSource", &P::cache_host_source, "", "", 0, 2},
    PolicyRow{"DOModifyCacheDrive", &P::cache_drive, "", ""},
};

tl::unexpected<Error> wrong(PolicyRow const& row, std::string why) {
  return fail(Errc::invalid_argument, std::string(row.name), std::move(why));
}

std::string range_of(PolicyRow const& row) {
  return std::to_string(row.least) + " to " + std::to_string(row.most);
}

Result<void> set(P& policy, PolicyRow const& row, P::Number P::*member, PolicyValue const& value) {
  auto const* const number = std::get_if<std::uint64_t>(&value);
  if (number == nullptr || *number < row.least || *number > row.most) {
    return wrong(row, "is no number from " + range_of(row));
  }
  policy.*member = *number;
  return {};
}

Result<void> set(P& policy, PolicyRow const& row, P::Switch P::*member, PolicyValue const& value) {
  auto const* const number = std::get_if<std::uint64_t>(&value);
  if (number != nullptr && *number <= 1) {
    policy.*member = *number == 1;
  } else if (auto const* const flag = std::get_if<bool>(&value)) {
    policy.*member = *flag;
  } else {
    return wrong(row, "is neither true nor false");
  }
  return {};
}

Result<void> set(P& policy, PolicyRow const& row, P::Text P::*member, PolicyValue const& value) {
  std::string text;
  if (auto const* const number = std::get_if<std::uint64_t>(&value)) text = std::to_string(*number);
  if (auto const* const given = std::get_if<std::string>(&value)) text = *given;
  if (!std::holds_alternative<std::string>(value) && text.empty()) return wrong(row, "is no text");
  if (member == &P::download_mode && !download_mode_from_string(text)) {
    return wrong(row, "is not off, lan, group, internet, simple or their number");
  }
  if (member == &P::cache_drive && !text.starts_with('/')) {
    return wrong(row, "is no absolute path");
  }
  policy.*member = std::move(text);
  return {};
}

Result<void> set(P& policy, PolicyRow const& row, P::Hours P::*member, PolicyValue const& value) {
  auto const* const hours = std::get_if<HourLimits>(&value);
  if (hours == nullptr) return wrong(row, "is no hours with percent inside and outside");
  if (hours->from > 23 || hours->to > 23 || hours->from == hours->to) {
    return wrong(row, "its hours are not two different ones from 0 to 23");
  }
  for (auto const percent : {hours->inside_percent, hours->outside_percent}) {
    if (percent == 0 || percent > 100) return wrong(row, "its percents are not 1 to 100");
  }
  policy.*member = *hours;
  return {};
}

std::string text_of(std::uint64_t number) {
  return std::to_string(number);
}
std::string text_of(bool flag) {
  return flag ? "true" : "false";
}
std::string text_of(std::string const& text) {
  return text;
}
std::string text_of(HourLimits const& hours) {
  return std::to_string(hours.from) + "-" + std::to_string(hours.to) + ":" +
         std::to_string(hours.inside_percent) + ":" + std::to_string(hours.outside_percent);
}

std::optional<std::uint64_t> number_from(std::string_view text) {
  std::uint64_t number = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  bool const whole = error == std::errc{} && end == text.data() + text.size();
  return whole ? std::optional(number) : std::nullopt;
}

// "8-18:20:100"
std::optional<HourLimits> hours_from(std::string_view text) {
  std::array<std::uint32_t, 4> parts{};
  constexpr std::string_view kMarks = "-::";
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto const end = i < kMarks.size() ? text.find(kMarks[i]) : text.size();
    if (end == std::string_view::npos) return std::nullopt;
    auto const number = number_from(text.substr(0, end));
    if (!number || *number > 100) return std::nullopt;
    parts[i] = static_cast<std::uint32_t>(*number);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return HourLimits{parts[0], parts[1], parts[2], parts[3]};
}

// What a text is for this kind of policy.
PolicyValue value_from(P::Number P::*, std::string_view text) {
  auto const number = number_from(text);
  return number ? PolicyValue(*number) : PolicyValue(std::string(text));
}
PolicyValue value_from(P::Switch P::*, std::string_view text) {
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  return std::string(text);
}
PolicyValue value_from(P::Text P::*, std::string_view text) {
  return std::string(text);
}
PolicyValue value_from(P::Hours P::*, std::string_view text) {
  auto const hours = hours_from(text);
  return hours ? PolicyValue(*hours) : PolicyValue(std::string(text));
}

}  // namespace

std::string_view name(PolicyOrigin origin) {
  constexpr std::array<std::string_view, 3> kNames{"default", "file", "command line"};
  return kNames[static_cast<std::size_t>(origin)];
}

std::span<PolicyRow const> policy_table() {
  return kTable;
}

PolicyRow const* find_policy(std::string_view name) {
  // Windows writes one of them in two ways.
  if (name == "DOMinBackgroundQos") name = "DOMinBackgroundQoS";
  auto const found = std::ranges::find(kTable, name, &PolicyRow::name);
  return found == kTable.end() ? nullptr : &*found;
}

Result<void> set_policy(Policy& policy, PolicyRow const& row, PolicyValue const& value) {
  return std::visit([&](auto member) { return set(policy, row, member, value); }, row.member);
}

Result<void> set_policy_text(Policy& policy, std::string_view name, std::string_view text) {
  auto const* const row = find_policy(name);
  if (row == nullptr) {
    return fail(Errc::invalid_argument, std::string(name), "is no policy that is known here");
  }
  auto const value = std::visit([&](auto member) { return value_from(member, text); }, row->member);
  return set_policy(policy, *row, value);
}

std::string policy_text(Policy const& policy, PolicyRow const& row) {
  return std::visit(
      [&](auto member) { return policy.*member ? text_of(*(policy.*member)) : std::string{}; },
      row.member);
}

std::vector<std::string> comma_list(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    auto part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (!part.empty()) parts.emplace_back(part);
  }
  return parts;
}

Policy merged(Policy under, Policy const& over) {
  for (auto const& row : kTable) {
    std::visit(
        [&](auto member) {
          if (over.*member) under.*member = over.*member;
        },
        row.member);
  }
  return under;
}

}  // namespace freshet
