#include "api/apt/privileges.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace freshet::apt {

Result<void> become(std::string const& user) {
  if (::geteuid() != 0 || user.empty() || user == "root") return {};
  auto const* const entry = ::getpwnam(user.c_str());
  if (entry == nullptr) return fail(Errc::not_found, "user " + user, "does not exist");
  auto const uid = entry->pw_uid;
  auto const gid = entry->pw_gid;
  bool const done = ::setgroups(1, &gid) == 0 && ::setresgid(gid, gid, gid) == 0 &&
                    ::setresuid(uid, uid, uid) == 0;
  if (done && ::setuid(0) != 0) return {};
  return fail(Errc::permission_denied, "user " + user, std::strerror(errno));
}

}  // namespace freshet::apt
