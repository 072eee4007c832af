#include "api/client/policy_source.h"

#include "api/group_secret.h"
#include "engine/policy/decide.h"
#include "engine/policy/policy_table.h"
#include "peer/mode.h"

namespace freshet {

namespace {

template <typename T>
void replace(std::vector<T>& value, std::vector<T> const& with) {
  if (!with.empty()) value = with;
}

void apply_settings(PeerOptions& options, PeerSettings const& peers) {
  replace(options.listen, peers.listen);
  replace(options.trackers, peers.trackers);
  replace(options.peers, peers.peers);
  replace(options.local_networks, peers.local_networks);
  options.local_search = peers.local_search.value_or(options.local_search);
  options.share_for = peers.share_for.value_or(options.share_for);
  for (auto const peer_class : kPeerClasses) {
    auto const& limits = peers.limits.of(peer_class);
    if (limits.upload.value > 0) options.limits.of(peer_class).upload = limits.upload;
    if (limits.download.value > 0) options.limits.of(peer_class).download = limits.download;
  }
}

}  // namespace

Result<void> PolicySource::load() {
  PolicyFile file;
  if (!path_.empty()) {
    auto read = read_policy_file(path_);
    bool const absent = !read && read.error().code == Errc::not_found;
    if (!read && (required_ || !absent)) return tl::unexpected(read.error());
    if (read) file = std::move(*read);
  }
  Policy over;
  for (auto const& [name, value] : given_) {
    if (auto const set = set_policy_text(over, name, value); !set) return set;
  }
  file_ = std::move(file);
  over_ = over;
  policy_ = merged(file_.policy, over_);
  return {};
}

std::vector<PolicyEntry> PolicySource::entries() const {
  std::vector<PolicyEntry> entries;
  for (auto const& row : policy_table()) {
    PolicyEntry entry{std::string(row.name), std::string(row.standard), std::string(row.unit)};
    auto const from_file = file_.places.find(entry.name);
    if (auto given = policy_text(over_, row); !given.empty()) {
      entry.value = std::move(given);
      entry.origin = PolicyOrigin::command_line;
    } else if (from_file != file_.places.end()) {
      entry.value = policy_text(file_.policy, row);
      entry.origin = PolicyOrigin::file;
      entry.place = from_file->second;
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

Result<PeerOptions> with_policies(PeerOptions options, PolicySource const& source,
                                  MachineState const& machine) {
  apply_settings(options, source.peers());
  auto const& policy = source.policy();
  if (policy.download_mode) {
    // An application that wants no peers gets none; which of the modes without it is, policy says.
    auto const mode = *download_mode_from_string(*policy.download_mode);
    bool const off = !rules_of(options.mode, true).peers;
    if (!off || !rules_of(mode, true).peers) options.mode = mode;
  }
  if (auto group = group_of(policy, machine)) options.group = std::move(*group);
  auto const by = policy.restrict_peer_selection_by.value_or(0);
  options.subnet_only = options.subnet_only || by >= 1;
  if (by == 2) options.trackers.clear();
  if (!source.peers().group_secret_file.empty()) {
    auto secret = read_group_secret(source.peers().group_secret_file);
    if (!secret) return tl::unexpected(secret.error());
    options.group_secret = std::move(*secret);
  }
  return options;
}

}  // namespace freshet
