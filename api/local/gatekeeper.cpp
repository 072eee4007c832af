#include "api/local/gatekeeper.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <span>

#include "api/descriptor.h"
#include "engine/base/hash.h"

namespace freshet::local {

namespace {

constexpr std::size_t kTokenBytes = 32;
constexpr std::size_t kTokenCharsMax = 512;
constexpr std::string_view kBearer = "Bearer ";

std::string digest_of(std::string_view text) {
  return to_hex(sha256(std::as_bytes(std::span(text.data(), text.size()))));
}

bool is_port(std::string_view text) {
  if (text.empty() || text.size() > 5) return false;
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

tl::unexpected<Error> file_error(std::string const& path) {
  auto const code = errno == EACCES || errno == EPERM ? Errc::permission_denied : Errc::io_error;
  return fail(code, path, std::strerror(errno));
}

Result<std::string> read_token(std::string const& path, Descriptor const& file) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return file_error(path);
  if (!S_ISREG(status.st_mode) || status.st_uid != ::geteuid() || (status.st_mode & 077) != 0) {
    return fail(Errc::permission_denied, path,
                "holds the token, and must be a file of the daemon's user with mode 0600");
  }
  std::string token(kTokenCharsMax, '\0');
  auto const got = ::read(file.get(), token.data(), token.size());
  if (got < 0) return file_error(path);
  token.resize(static_cast<std::size_t>(got));
  while (token.ends_with('\n') || token.ends_with('\r')) token.pop_back();
  if (token.size() < kTokenBytes) {
    return fail(Errc::invalid_argument, path, "holds a token of less than 32 characters");
  }
  return token;
}

Result<std::string> make_token(std::string const& path) {
  std::array<unsigned char, kTokenBytes> random{};
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) {
    return fail(Errc::internal, path, "the system gives no random bytes");
  }
  Digest digest;
  std::memcpy(digest.bytes.data(), random.data(), random.size());
  auto const token = to_hex(digest);
  // Whole or not at all, whatever happens in between.
  auto const fresh = path + ".new";
  static_cast<void>(::unlink(fresh.c_str()));
  Descriptor const file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file) return file_error(fresh);
  auto const line = token + "\n";
  bool const written =
      ::write(file.get(), line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
      ::fsync(file.get()) == 0;
  if (!written || ::rename(fresh.c_str(), path.c_str()) != 0) return file_error(fresh);
  return token;
}

}  // namespace

bool is_loopback_host(std::string_view host) {
  for (std::string_view const name : {"localhost", "127.0.0.1", "[::1]"}) {
    if (!host.starts_with(name)) continue;
    auto const rest = host.substr(name.size());
    if (rest.empty() || (rest.front() == ':' && is_port(rest.substr(1)))) return true;
  }
  return false;
}

Gatekeeper::Gatekeeper(std::string const& token)
    : token_digest_(token.empty() ? std::string() : digest_of(token)) {}

std::optional<Gatekeeper::Refusal> Gatekeeper::refuse(HttpRequest const& request, bool open) const {
  auto const denied = [](unsigned status, std::string where, std::string why) {
    return Refusal{status, Error{Errc::access_denied, std::move(where), std::move(why)}};
  };
  auto const* const host = request.header("Host");
  if (host == nullptr || !is_loopback_host(*host)) {
    return denied(403, "Host", "does not name this machine's loopback");
  }
  // A page from elsewhere that reaches us through a browser says so; its name can be anything.
  auto const* const origin = request.header("Origin");
  bool const own = origin != nullptr && *origin == "http://" + *host;
  if (request.count("Origin") > 0 && !own) {
    return denied(403, "Origin", "is not this daemon");
  }
  if (open) return std::nullopt;
  auto const* const shown = request.header("Authorization");
  if (shown == nullptr || !shown->starts_with(kBearer) || token_digest_.empty()) {
    return denied(401, "Authorization", "shows no token (Authorization: Bearer TOKEN)");
  }
  // Digests have one length, and tell nothing of where two tokens differ.
  auto const digest = digest_of(std::string_view(*shown).substr(kBearer.size()));
  if (CRYPTO_memcmp(digest.data(), token_digest_.data(), digest.size()) != 0) {
    return denied(401, "Authorization", "shows a wrong token");
  }
  return std::nullopt;
}

Result<std::string> token_in(std::string const& path) {
  Descriptor const file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (file) return read_token(path, file);
  if (errno != ENOENT) return file_error(path);
  return make_token(path);
}

}  // namespace freshet::local
