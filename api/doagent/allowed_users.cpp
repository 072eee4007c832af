#include "api/doagent/allowed_users.h"

#include <grp.h>
#include <pwd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace freshet::doagent {

namespace {

using Buffer = std::array<char, 16 * 1024>;
constexpr int kGroupsMax = 4096;

std::optional<std::uint32_t> number_in(std::string const& text) {
  std::uint32_t number = 0;
  auto const end = text.data() + text.size();
  auto const parsed = std::from_chars(text.data(), end, number);
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return number;
}

std::optional<std::uint32_t> user_named(std::string const& name) {
  if (auto const number = number_in(name)) return number;
  Buffer buffer;
  passwd user{};
  passwd* found = nullptr;
  static_cast<void>(::getpwnam_r(name.c_str(), &user, buffer.data(), buffer.size(), &found));
  return found == nullptr ? std::nullopt : std::optional(found->pw_uid);
}

std::optional<std::uint32_t> group_named(std::string const& name) {
  if (auto const number = number_in(name)) return number;
  Buffer buffer;
  group group{};
  struct group* found = nullptr;
  static_cast<void>(::getgrnam_r(name.c_str(), &group, buffer.data(), buffer.size(), &found));
  return found == nullptr ? std::nullopt : std::optional(found->gr_gid);
}

std::vector<gid_t> groups_of(std::uint32_t uid) {
  Buffer buffer;
  passwd user{};
  passwd* found = nullptr;
  static_cast<void>(::getpwuid_r(uid, &user, buffer.data(), buffer.size(), &found));
  if (found == nullptr) return {};
  std::vector<gid_t> groups(kGroupsMax);
  int count = kGroupsMax;
  if (::getgrouplist(found->pw_name, found->pw_gid, groups.data(), &count) < 0) return {};
  groups.resize(static_cast<std::size_t>(count));
  return groups;
}

}  // namespace

Result<AllowedUsers> AllowedUsers::from(std::vector<std::string> const& users,
                                        std::vector<std::string> const& groups) {
  AllowedUsers allowed;
  allowed.everyone_ = users.empty() && groups.empty();
  for (auto const& name : users) {
    auto const uid = user_named(name);
    if (!uid) return fail(Errc::not_found, "user " + name, "does not exist");
    allowed.users_.insert(*uid);
  }
  for (auto const& name : groups) {
    auto const gid = group_named(name);
    if (!gid) return fail(Errc::not_found, "group " + name, "does not exist");
    allowed.groups_.insert(*gid);
  }
  return allowed;
}

bool AllowedUsers::allows(std::uint32_t uid) const {
  if (everyone_ || uid == 0 || users_.contains(uid)) return true;
  if (groups_.empty()) return false;
  return std::ranges::any_of(groups_of(uid), [&](gid_t gid) { return groups_.contains(gid); });
}

}  // namespace freshet::doagent
