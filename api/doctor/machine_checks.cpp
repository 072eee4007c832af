#include "api/doctor/machine_checks.h"

#include <algorithm>
#include <chrono>

#include "engine/base/url.h"

namespace freshet::doctor {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kFilesWanted = 4096;
constexpr std::uint64_t kFilesLeast = 512;
constexpr Bytes kFreeWanted = 2_GiB;
constexpr Bytes kFreeLeast = 256_MiB;
constexpr double kSlowDisk = 30e6;  // Bytes a second: a gigabit line brings four times as much.
constexpr Duration kSlowSync = 100ms;
constexpr auto kNotBefore = WallTime(std::chrono::hours{24 * 365 * 54});  // 2023.

std::string mebibytes(double bytes) {
  auto const tenths = static_cast<std::uint64_t>(bytes * 10 / (1 << 20));
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " MiB";
}

std::string milliseconds(Duration span) {
  auto const ms = std::chrono::duration_cast<std::chrono::milliseconds>(span).count();
  return std::to_string(ms) + " ms";
}

// Whether `list` has the host, or a domain that it is of.
bool exempts(std::string const& list, std::string_view host) {
  if (list == "*") return true;
  std::size_t begin = 0;
  while ((begin = list.find_first_not_of(", .", begin)) != std::string::npos) {
    auto const end = std::min(list.find_first_of(", ", begin), list.size());
    auto const entry = std::string_view(list).substr(begin, end - begin);
    bool const at_dot = host.size() == entry.size() ||
                        (host.size() > entry.size() && host[host.size() - entry.size() - 1] == '.');
    if (host.ends_with(entry) && at_dot) return true;
    begin = end;
  }
  return false;
}

}  // namespace

Findings judge_clock(ClockFacts const& facts) {
  constexpr auto kRemedy =
      "Set the clock, and let a time service (systemd-timesyncd, chrony) keep it.";
  if (facts.now < kNotBefore) {
    return {{Check::clock, Severity::error,
             "The clock is years behind: certificates are taken for not yet valid.", kRemedy}};
  }
  if (facts.synchronized == false) {
    return {
        {Check::clock, Severity::note, "No time service says that the clock is right.", kRemedy}};
  }
  return {{Check::clock,
           Severity::ok,
           facts.synchronized ? "A time service keeps the clock."
                              : "The clock is plausible; the kernel does not say who keeps it.",
           {}}};
}

Findings judge_disk(DiskFacts const& facts) {
  if (facts.error) {
    return {{Check::disk, Severity::error, describe(*facts.error),
             "Free space, repair the disk or choose another directory with --data."}};
  }
  Findings findings;
  auto const free = mebibytes(static_cast<double>(facts.free)) + " of " +
                    mebibytes(static_cast<double>(facts.size)) + " are free in " + facts.directory +
                    ".";
  auto const severity = facts.free < kFreeLeast    ? Severity::error
                        : facts.free < kFreeWanted ? Severity::warning
                                                   : Severity::ok;
  findings.push_back(
      {Check::disk, severity, free, severity == Severity::ok ? "" : "Free space on that disk."});
  if (facts.counts_files && facts.files_free < 1000) {
    findings.push_back({Check::disk, Severity::error,
                        "Only " + std::to_string(facts.files_free) + " more files fit there.",
                        "Remove files: the file system has a fixed number of them."});
  }
  auto const seconds = std::chrono::duration<double>(facts.took).count();
  auto const rate = seconds > 0 ? static_cast<double>(facts.written) / seconds : kSlowDisk;
  bool const slow = rate < kSlowDisk;
  findings.push_back({Check::disk, slow ? Severity::warning : Severity::ok,
                      "It takes " + mebibytes(rate) + " a second, made durable.",
                      slow ? "Use a faster disk: downloads cannot be faster than that." : ""});
  bool const waits = facts.sync > kSlowSync;
  findings.push_back({Check::disk, waits ? Severity::warning : Severity::ok,
                      "A small write is durable after " + milliseconds(facts.sync) + ".",
                      waits
                          ? "Creating jobs waits so long; a disk with a write cache that survives "
                            "power cuts is faster."
                          : ""});
  return findings;
}

Findings judge_limits(LimitFacts const& facts) {
  bool const few = facts.files < kFilesWanted;
  if (!few) return {{Check::limits, Severity::ok, "Enough files may be open.", {}}};
  return {{Check::limits, facts.files < kFilesLeast ? Severity::error : Severity::note,
           "Only " + std::to_string(facts.files) + " files may be open at the same time.",
           "Raise it: ulimit -n " + std::to_string(std::min(facts.files_max, kFilesWanted)) +
               ", or LimitNOFILE= of the service."}};
}

Findings judge_proxies(Environment const& environment, std::string const& url) {
  Findings findings;
  auto const value = [&](char const* name) {
    auto const found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
  };
  for (auto const* name : {"http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY"}) {
    if (value(name).empty()) continue;
    findings.push_back({Check::proxy, Severity::note,
                        std::string(name) + " sends requests through " + redact(value(name)) + ".",
                        "Unset it, or name hosts in no_proxy, if it shall not."});
  }
  if (!value("HTTP_PROXY").empty() && value("http_proxy").empty()) {
    findings.push_back({Check::proxy, Severity::warning,
                        "HTTP_PROXY is set, which is not heeded in capital letters.",
                        "Set http_proxy instead."});
  }
  auto const parsed = url.empty() ? fail(Errc::invalid_argument) : parse_url(url);
  if (parsed && !findings.empty()) {
    auto const exempt = value("no_proxy").empty() ? value("NO_PROXY") : value("no_proxy");
    bool const direct = exempts(exempt, parsed->host);
    findings.push_back(
        {Check::proxy, Severity::note,
         parsed->host + (direct ? " is exempt by no_proxy." : " is not exempt by no_proxy."),
         direct ? "Take it out of no_proxy if the proxy shall be asked for it."
                : "Add it to no_proxy if it is to be reached without the proxy."});
  }
  if (findings.empty()) findings.push_back({Check::proxy, Severity::ok, "No proxy is set.", {}});
  return findings;
}

}  // namespace freshet::doctor
