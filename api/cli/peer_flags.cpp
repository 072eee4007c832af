#include "api/cli/peer_flags.h"

#include <CLI/CLI.hpp>

#include <cstdlib>

#include "api/cli/text.h"
#include "api/group_secret.h"

namespace freshet::cli {

tl::unexpected<Error> wrong_option(std::string option, std::string why) {
  return fail(Errc::invalid_argument, std::move(option), std::move(why));
}

namespace {

Result<DownloadMode> mode_of(PeerRequest const& request) {
  bool const has_group = !request.group.empty() || !request.group_secret_file.empty();
  if (request.mode.empty()) return has_group ? DownloadMode::group : DownloadMode::lan;
  auto const mode = download_mode_from_string(request.mode);
  if (!mode) return wrong_option("--peers " + request.mode, "is not off, lan, group or internet");
  return *mode;
}

}  // namespace

bool says_something(PeerRequest const& request) {
  // What the environment says holds for engines of this program; it asks for none.
  auto const* const usual = std::getenv("FRESHET_PEERS");
  bool const mode = !request.mode.empty() && (usual == nullptr || request.mode != usual);
  bool const texts = mode || !request.group.empty() || !request.group_secret_file.empty() ||
                     !request.seed_for.empty();
  bool const lists = !request.listen.empty() || !request.trackers.empty() || !request.peers.empty();
  return texts || lists || request.no_local_search;
}

void add_peer_options(CLI::App& command, PeerRequest& request) {
  auto const many = [&](char const* name, std::vector<std::string>& to, char const* about) {
    command.add_option(name, to, about)->expected(1)->take_all();
  };
  command
      .add_option("--peers", request.mode,
                  "off, lan, group or internet: who may be asked and served (default lan)")
      ->envname("FRESHET_PEERS");
  command.add_option("--group", request.group, "The group's name; peers prove to know its secret");
  command.add_option("--group-secret-file", request.group_secret_file, "Holds the group's secret");
  command.add_option("--seed-for", request.seed_for,
                     "Go on sharing so long afterwards: 90s, 10m, 2h, 1d");
  many("--listen", request.listen, "ADDRESS:PORT for peers (default: every address, port 7680)");
  many("--tracker", request.trackers, "URL of a tracker; may be repeated");
  many("--peer", request.peers, "ADDRESS:PORT of a peer to ask; may be repeated");
  command.add_flag("--no-local-search", request.no_local_search,
                   "Do not look for peers on the link by multicast");
}

Result<PeerOptions> plan_peers(PeerRequest const& request) {
  PeerOptions options;
  auto const mode = mode_of(request);
  if (!mode) return tl::unexpected(mode.error());
  options.mode = *mode;
  options.group = request.group;
  if (!request.group_secret_file.empty()) {
    auto secret = read_group_secret(request.group_secret_file);
    if (!secret) return tl::unexpected(secret.error());
    options.group_secret = std::move(*secret);
  } else if (!request.group.empty() || *mode == DownloadMode::group) {
    return wrong_option("--group-secret-file",
                        "is missing: members of a group prove that they know it");
  }
  if (!request.seed_for.empty()) {
    auto const duration = parse_duration(request.seed_for);
    if (!duration)
      return wrong_option("--seed-for " + request.seed_for, "is no duration (as 10m or 2h)");
    options.share_for = *duration;
  }
  options.listen = request.listen;
  options.trackers = request.trackers;
  options.peers = request.peers;
  options.local_search = !request.no_local_search;
  return options;
}

}  // namespace freshet::cli
