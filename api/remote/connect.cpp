// Connecting to a daemon, and where it is looked for.
#include "api/remote/connect.h"

#include <unistd.h>

#include <cstdlib>

#include <sys/random.h>

#include "api/remote/connected_backend.h"
#include "api/remote/new_id.h"

namespace freshet {

namespace remote {

Result<JobId> new_id() {
  JobId id;
  if (::getrandom(id.bytes.data(), id.bytes.size(), 0) != static_cast<ssize_t>(id.bytes.size())) {
    return fail(Errc::io_error, "random numbers", "are not to be had");
  }
  id.bytes[6] = (id.bytes[6] & std::byte{0x0f}) | std::byte{0x40};
  id.bytes[8] = (id.bytes[8] & std::byte{0x3f}) | std::byte{0x80};
  return id;
}

namespace {

std::string environment(char const* name) {
  auto const* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

// The first at which something stands; the last when nothing does.
std::string default_socket() {
  if (auto given = environment("FRESHET_SOCKET"); !given.empty()) return given;
  if (auto const runtime = environment("XDG_RUNTIME_DIR"); runtime.starts_with('/')) {
    auto own = runtime + "/freshet/freshetd.sock";
    if (::access(own.c_str(), F_OK) == 0) return own;
  }
  return "/run/freshet/freshetd.sock";
}

}  // namespace remote

Result<Client> Client::connect(ConnectOptions options) {
  if (options.socket.empty()) options.socket = remote::default_socket();
  if (options.call_timeout < Duration::zero() || options.answer_timeout <= Duration::zero()) {
    return fail(Errc::invalid_argument, "timeout", "is negative");
  }
  auto const patience = options.connect_timeout;
  auto connection = std::make_shared<remote::Connection>(std::move(options));
  auto const there = connection->calls.call({.target = "/v1/version"}, patience);
  if (!there.body) return tl::unexpected(there.body.error());
  return ClientMaker::make(std::make_unique<remote::ConnectedBackend>(std::move(connection)));
}

}  // namespace freshet
