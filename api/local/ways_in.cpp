#include "api/local/ways_in.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>

namespace freshet::local {

namespace {

constexpr int kBacklog = 512;

tl::unexpected<Error> failed(std::string const& where) {
  auto const code = errno == EACCES || errno == EPERM ? Errc::permission_denied
                    : errno == ENOENT                 ? Errc::path_invalid
                                                      : Errc::io_error;
  return fail(code, where, std::strerror(errno));
}

Result<sockaddr_un> address_of(std::string const& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (!path.starts_with('/')) return fail(Errc::path_invalid, path, "is no absolute path");
  if (path.size() >= sizeof address.sun_path) {
    return fail(Errc::path_invalid, path, "is too long for a socket");
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

sockaddr const* generic(void const* address) {
  return static_cast<sockaddr const*>(address);
}

// Who may write to the directory could put another socket there.
Result<void> check_directory(std::string const& directory) {
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0) {
    if (errno != ENOENT || ::mkdir(directory.c_str(), 0755) != 0) return failed(directory);
    if (::stat(directory.c_str(), &status) != 0) return failed(directory);
  }
  bool const ours = status.st_uid == ::geteuid() || status.st_uid == 0;
  bool const shared = (status.st_mode & 022) != 0 && (status.st_mode & S_ISVTX) == 0;
  if (ours && !shared) return {};
  return fail(Errc::permission_denied, directory,
              "others may write here, and could put a socket of theirs in place of ours");
}

Result<void> check_free(std::string const& path, sockaddr_un const& address) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return {};
  if (!S_ISSOCK(status.st_mode)) {
    return fail(Errc::path_invalid, path, "is there already, and no socket");
  }
  Descriptor const probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!probe) return failed(path);
  bool const dead =
      ::connect(probe.get(), generic(&address), sizeof address) != 0 && errno == ECONNREFUSED;
  if (dead) return {};
  return fail(Errc::already_running, path, "somebody else listens there");
}

}  // namespace

Result<UnixWayIn> UnixWayIn::open(std::string const& path, unsigned mode) {
  auto const address = address_of(path);
  auto const fresh = address_of(path + ".new");
  if (!address) return tl::unexpected(address.error());
  if (!fresh) return tl::unexpected(fresh.error());
  auto const directory = path.substr(0, std::max<std::size_t>(path.rfind('/'), 1));
  if (auto checked = check_directory(directory); !checked) return tl::unexpected(checked.error());
  UnixWayIn way;
  auto const lock = path + ".lock";
  way.lock_ = Descriptor(::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!way.lock_) return failed(lock);
  if (::flock(way.lock_.get(), LOCK_EX | LOCK_NB) != 0) {
    return fail(Errc::already_running, path, "belongs to a daemon that runs");
  }
  if (auto free = check_free(path, *address); !free) return tl::unexpected(free.error());
  way.socket_ = Descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  static_cast<void>(::unlink(fresh->sun_path));
  // Under another name until nobody can find it with wrong rights, or not listening.
  bool const made =
      way.socket_ && ::bind(way.socket_.get(), generic(&*fresh), sizeof *fresh) == 0 &&
      ::chmod(fresh->sun_path, mode) == 0 && ::listen(way.socket_.get(), kBacklog) == 0 &&
      ::rename(fresh->sun_path, path.c_str()) == 0;
  struct stat status {};
  if (!made || ::lstat(path.c_str(), &status) != 0) return failed(path);
  way.path_ = path;
  way.inode_ = status.st_ino;
  return way;
}

UnixWayIn::~UnixWayIn() {
  struct stat status {};
  bool const ours =
      lock_ && !path_.empty() && ::lstat(path_.c_str(), &status) == 0 && status.st_ino == inode_;
  if (ours) static_cast<void>(::unlink(path_.c_str()));
}

Result<Descriptor> listen_tcp(std::string const& address) {
  auto const colon = address.rfind(':');
  auto const host = colon == std::string::npos ? address : address.substr(0, colon);
  auto const digits = colon == std::string::npos ? "" : address.substr(colon + 1);
  std::uint16_t port = 0;
  auto const parsed = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  bool const has_port = parsed.ec == std::errc() && parsed.ptr == digits.data() + digits.size();
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  v6.sin6_addr = in6addr_loopback;
  bool const six = host == "[::1]";
  if (!has_port || digits.empty() || (!six && host != "127.0.0.1" && host != "localhost")) {
    return fail(Errc::invalid_argument, address,
                "is not a loopback address and port, as 127.0.0.1:7681 or [::1]:7681");
  }
  Descriptor socket(
      ::socket(six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return failed(address);
  int const on = 1;
  static_cast<void>(::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
  auto const bound = six ? ::bind(socket.get(), generic(&v6), sizeof v6)
                         : ::bind(socket.get(), generic(&v4), sizeof v4);
  if (bound != 0 || ::listen(socket.get(), kBacklog) != 0) {
    return fail(Errc::port_unavailable, address, std::strerror(errno));
  }
  return socket;
}

namespace {

sockaddr_storage address_of(Descriptor const& socket) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  void* const generic_address = &address;
  bool const told =
      ::getsockname(socket.get(), static_cast<sockaddr*>(generic_address), &length) == 0;
  return told ? address : sockaddr_storage{};
}

}  // namespace

std::uint16_t port_of(Descriptor const& socket) {
  auto const address = address_of(socket);
  sockaddr_in v4{};
  std::memcpy(&v4, &address, sizeof v4);  // The port lies at the same place in both families.
  return ntohs(v4.sin_port);
}

std::string host_of(Descriptor const& socket) {
  bool const six = address_of(socket).ss_family == AF_INET6;
  return (six ? "[::1]:" : "127.0.0.1:") + std::to_string(port_of(socket));
}

}  // namespace freshet::local
