#include "engine/job/spec_check.h"

#include <algorithm>
#include <set>
#include <string>

#include "engine/base/client_certificate.h"
#include "engine/base/url.h"
#include "engine/content/manifest_trust.h"

namespace freshet {

namespace {

constexpr std::size_t kNameCharsMax = 256;
constexpr std::size_t kDescriptionCharsMax = 1024;
constexpr std::size_t kUrlCharsMax = 2200;
constexpr std::size_t kPathCharsMax = 4096;
constexpr std::size_t kJobDataBytesMax = 16'384;
constexpr std::size_t kFileDataBytesMax = 4096;
constexpr std::size_t kNoProxyCharsMax = 32 * 1024;
constexpr std::size_t kCredentialCharsMax = 200'000;  // A long password, percent-encoded.

// Of UTF-8: bytes that begin a character.
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

Result<void> check_app_data(std::string const& text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return {};
  return fail(Errc::limit_reached, "app_data",
              "is longer than " + std::to_string(bytes_max) + " bytes");
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return c >= 0 && (c < 0x20 || c == 0x7f); });
}

Result<void> check_url(std::string_view text) {
  if (text.size() > kUrlCharsMax) {
    return fail(Errc::invalid_argument, redact(text.substr(0, kUrlCharsMax)),
                "the URL is longer than 2200 characters");
  }
  auto const url = parse_url(text);
  if (!url) return tl::unexpected(url.error());
  if (url->scheme == "file") {
    return fail(Errc::unsupported_scheme, redact(text), "is neither http nor https");
  }
  return {};
}

bool has_parent_step(std::string_view path) {
  return path.find("/../") != std::string_view::npos || path.ends_with("/..");
}

Result<void> check_path(std::string const& path) {
  if (path.empty() || path.front() != '/' || path.back() == '/') {
    return fail(Errc::path_invalid, path, "is not the absolute path of a file");
  }
  if (has_parent_step(path)) return fail(Errc::path_invalid, path, "goes through \"..\"");
  if (path.size() > kPathCharsMax || path.find('\0') != std::string::npos) {
    return fail(Errc::path_invalid, path.substr(0, 256), "is no path of this system");
  }
  return {};
}

Result<void> check_ranges(FileSpec const& file, std::size_t ranges_max) {
  if (file.ranges.size() > ranges_max) {
    return fail(Errc::too_many_ranges, file.path,
                "has more than " + std::to_string(ranges_max) + " ranges");
  }
  auto sorted = file.ranges;
  std::ranges::sort(sorted);
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (sorted[i].empty()) return fail(Errc::invalid_range, file.path, "a range has no bytes");
    if (i > 0 && sorted[i].begin < sorted[i - 1].end) {
      return fail(Errc::overlapping_ranges, file.path, "two ranges share bytes");
    }
  }
  return {};
}

Result<void> check_sources(FileSpec const& file, std::size_t urls_max) {
  if (file.urls.size() > urls_max) return fail(Errc::limit_reached, file.path, "has too many URLs");
  if (file.urls.empty() && file.manifest.empty() && !file.content && !file.sha256) {
    return fail(Errc::invalid_argument, file.path, "names neither a URL nor a content");
  }
  for (auto const& url : file.urls) {
    if (auto const checked = check_url(url); !checked) return checked;
  }
  return {};
}

Result<void> check_file(FileSpec const& file, JobOptions const& options) {
  if (auto checked = check_path(file.path); !checked) return checked;
  if (auto checked = check_sources(file, options.urls_per_file_max); !checked) return checked;
  if (auto checked = check_app_data(file.app_data, kFileDataBytesMax); !checked) return checked;
  return check_ranges(file, options.ranges_per_file_max);
}

Result<void> check_distinct(std::span<FileSpec const> files) {
  std::set<std::string_view> paths;
  for (auto const& file : files) {
    if (!paths.insert(file.path).second) {
      return fail(Errc::invalid_argument, file.path, "is the path of two files");
    }
  }
  return {};
}

bool is_token(std::string_view text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";  // RFC 9110 §5.6.2.
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
           marks.find(c) != std::string_view::npos;
  });
}

Result<void> check_command(std::vector<std::string> const& command, std::size_t chars_max) {
  if (command.empty()) return {};
  std::size_t chars = 0;
  for (auto const& word : command) chars += word.size() + 1;
  if (chars > chars_max) return fail(Errc::limit_reached, "notify_command", "is too long");
  auto const broken = [](std::string const& word) { return word.find('\0') != std::string::npos; };
  if (!command.front().starts_with('/') || std::ranges::any_of(command, broken)) {
    return fail(Errc::invalid_argument, "notify_command", "does not begin with an absolute path");
  }
  return {};
}

Result<void> check_headers(JobSpec const& spec, std::size_t chars_max) {
  std::size_t chars = 0;
  for (auto const& header : spec.headers) {
    chars += header.name.size() + header.value.size() + 4;
    if (!is_token(header.name) || has_control(header.value)) {
      return fail(Errc::invalid_argument, "header " + header.name.substr(0, 64),
                  "is not a header field");
    }
  }
  if (chars > chars_max) return fail(Errc::limit_reached, "headers", "are too long together");
  return {};
}

Result<void> check_terms(HttpTerms const& terms) {
  constexpr auto kFlaws = tls_flaw::name | tls_flaw::date | tls_flaw::authority | tls_flaw::usage;
  if ((terms.accepted_flaws & ~kFlaws) != 0) {
    return fail(Errc::invalid_argument, "accepted_flaws", "has bits that are unknown");
  }
  if (terms.no_proxy.size() > kNoProxyCharsMax || has_control(terms.no_proxy)) {
    return fail(Errc::invalid_argument, "no_proxy", "is no list of at most 32768 characters");
  }
  auto const& credentials = terms.digest_credentials;
  bool const named = credentials.empty() || credentials.find(':') != std::string::npos;
  if (!named || credentials.size() > kCredentialCharsMax || has_control(credentials)) {
    return fail(Errc::invalid_argument, "digest_credentials", "are not user:password");
  }
  if (terms.client_certificate.empty()) return {};
  return check_client_certificate(terms.client_certificate);
}

}  // namespace

JobOptions limits_for(Caller const& caller, JobOptions const& options) {
  constexpr JobOptions kDefaults;
  auto limits = options;
  if (!caller.administrator) return limits;
  limits.jobs_max = limits.jobs_per_user_max = 10 * kDefaults.jobs_max;
  limits.files_per_job_max = 10 * kDefaults.files_per_job_max;
  limits.ranges_per_file_max = 10 * kDefaults.ranges_per_file_max;
  return limits;
}

Result<void> check_job(JobSpec const& spec, JobOptions const& options) {
  if (spec.name.empty() || characters(spec.name) > kNameCharsMax) {
    return fail(Errc::invalid_argument, "name", "has not between 1 and 256 characters");
  }
  if (characters(spec.description) > kDescriptionCharsMax) {
    return fail(Errc::invalid_argument, "description", "is longer than 1024 characters");
  }
  if (spec.priority > Priority::low) return fail(Errc::invalid_argument, "priority", "is unknown");
  if (std::min({spec.no_progress_timeout, spec.retry_delay_min, spec.transfer_time_max}) <
      Duration::zero()) {
    return fail(Errc::invalid_argument, "timeout", "is negative");
  }
  if (auto checked = check_command(spec.notify_command, options.command_chars_max); !checked) {
    return checked;
  }
  if (auto const pinned = pinned_signers(spec.signed_by); !pinned) {
    return fail(Errc::invalid_argument, "signed_by", "has what is no public key of minisign");
  }
  if (auto checked = check_app_data(spec.app_data, kJobDataBytesMax); !checked) return checked;
  if (auto checked = check_terms(spec.http); !checked) return checked;
  return check_headers(spec, options.header_chars_max);
}

Result<void> check_files(std::span<FileSpec const> files, std::size_t already,
                         JobOptions const& options) {
  if (already + files.size() > options.files_per_job_max) {
    return fail(Errc::too_many_files, "job",
                "would have more than " + std::to_string(options.files_per_job_max) + " files");
  }
  for (auto const& file : files) {
    if (auto checked = check_file(file, options); !checked) return checked;
  }
  return check_distinct(files);
}

}  // namespace freshet
