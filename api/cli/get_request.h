// What `freshet get` was asked for, and the files and job that follow from it. Pure but for reading
// the list of URLs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/cli/peer_flags.h"
#include "freshet/error.h"
#include "freshet/job.h"

namespace freshet::cli {

struct GetRequest {
  std::vector<std::string> urls;
  std::string input_file;  // A list of files (input_list.h). "-": standard input.
  std::string output;
  std::string directory = ".";
  std::string sha256;
  std::string checksums;  // A file of SHA-256s by name (checksum_list.h).
  std::string content;
  std::string manifest;
  std::vector<std::string> trusted_keys;  // Base64, or public key files.
  std::vector<std::string> mirrors;
  std::string limit_rate;
  std::vector<std::string> headers;
  std::uint32_t connections = 0;
  std::string proxy;
  std::string ca_file;
  std::string certificate;
  std::string key;
  std::string no_proxy;
  std::vector<std::string> ranges;
  double give_up_seconds = 60;
  PeerRequest peers;
  std::string report;
  bool allow_downgrade = false;
  bool force = false;
};

struct GetPlan {
  JobSpec job;
  std::vector<FileSpec> files;
};

[[nodiscard]] Result<GetPlan> plan_get(GetRequest const& request);
// A job without files, and without a name.
[[nodiscard]] Result<GetPlan> plan_empty(GetRequest const& request);

// invalid_argument: none of foreground, high, normal, low.
[[nodiscard]] Result<Priority> parse_priority(std::string const& name);

// The last step of the URL's path, decoded. invalid_argument when that is no file's name.
[[nodiscard]] Result<std::string> file_name_of(std::string const& url);
// "%41" is "A"; what is no such thing stays as it is.
[[nodiscard]] std::string percent_decoded(std::string_view text);

}  // namespace freshet::cli
