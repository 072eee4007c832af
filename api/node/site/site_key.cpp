#include "api/node/site/site_key.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "api/descriptor.h"
#include "api/small_file.h"

namespace freshet::node {

namespace {

constexpr std::size_t kKeyBytesMax = 4096;

std::string current_path(std::string const& directory) {
  return directory + "/node.key";
}
std::string previous_path(std::string const& directory) {
  return directory + "/node.key.old";
}

tl::unexpected<Error> failed(std::string const& path) {
  return tl::unexpected(file_error(errno, path));
}

Result<SecretKey> make_key() {
  std::array<std::byte, 40> entropy{};
  if (RAND_bytes(reinterpret_cast<unsigned char*>(entropy.data()),
                 static_cast<int>(entropy.size())) != 1) {
    return fail(Errc::internal, "node.key", "the system gives no random bytes");
  }
  auto key = SecretKey::make(entropy);
  OPENSSL_cleanse(entropy.data(), entropy.size());
  return key;
}

Result<void> write_all(int descriptor, std::string_view text, std::string const& path) {
  while (!text.empty()) {
    auto const size = ::write(descriptor, text.data(), text.size());
    if (size < 0 && errno != EINTR) return failed(path);
    if (size > 0) text.remove_prefix(static_cast<std::size_t>(size));
  }
  if (::fsync(descriptor) != 0) return failed(path);
  return {};
}

// Beside it first, so that there never is half a key, nor one that others could read.
Result<void> save_key(SecretKey const& key, std::string const& directory) {
  auto const path = current_path(directory);
  auto const beside = path + ".new";
  ::unlink(beside.c_str());
  local::Descriptor const file(
      ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file.get() < 0) return failed(beside);
  auto text = key.to_text();
  auto const written = write_all(file.get(), text, beside);
  OPENSSL_cleanse(text.data(), text.size());
  if (!written) return written;
  if (::rename(beside.c_str(), path.c_str()) != 0) return failed(path);
  local::Descriptor const folder(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0 || ::fsync(folder.get()) != 0) return failed(directory);
  return {};
}

Result<SecretKey> read_key(std::string const& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) return failed(path);
  if ((about.st_mode & 077) != 0) {
    return fail(Errc::permission_denied, path, "others may read it: chmod 600, or rotate it");
  }
  auto text = read_small_file(path, kKeyBytesMax);
  if (!text) return tl::unexpected(text.error());
  auto key = SecretKey::parse(*text, "");
  OPENSSL_cleanse(text->data(), text->size());
  if (!key) return fail(key.error().code, path, key.error().why);
  return key;
}

Result<std::optional<SecretKey>> read_if_there(std::string const& path) {
  auto key = read_key(path);
  if (key) return std::optional(std::move(*key));
  if (key.error().code == Errc::not_found) return std::optional<SecretKey>{};
  return tl::unexpected(key.error());
}

Result<SecretKey> new_key(std::string const& directory) {
  auto key = make_key();
  if (!key) return key;
  if (auto saved = save_key(*key, directory); !saved) return tl::unexpected(saved.error());
  return key;
}

}  // namespace

std::string SiteKeys::public_text() const {
  return to_text(current.public_key());
}

Result<std::string> SiteKeys::introduction(WallTime now) const {
  if (!previous) return std::string();
  auto const text = public_text();
  auto const seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  auto const signature =
      previous->sign(std::as_bytes(std::span(text)),
                     "timestamp:" + std::to_string(seconds) + "\tfile:key.pub\thashed");
  if (!signature) return tl::unexpected(signature.error());
  return to_text(*signature);
}

Result<SiteKeys> open_site_keys(std::string const& directory) {
  auto current = read_if_there(current_path(directory));
  if (!current) return tl::unexpected(current.error());
  auto previous = read_if_there(previous_path(directory));
  if (!previous) return tl::unexpected(previous.error());
  if (*current) return SiteKeys{std::move(**current), std::move(*previous)};
  auto made = new_key(directory);
  if (!made) return tl::unexpected(made.error());
  return SiteKeys{std::move(*made), std::move(*previous)};
}

Result<SiteKeys> rotate_site_keys(std::string const& directory) {
  auto const current = current_path(directory);
  auto const previous = previous_path(directory);
  if (::rename(current.c_str(), previous.c_str()) != 0 && errno != ENOENT) return failed(current);
  return open_site_keys(directory);
}

Result<SiteKeys> retire_site_key(std::string const& directory) {
  auto const previous = previous_path(directory);
  if (::unlink(previous.c_str()) != 0) return failed(previous);
  return open_site_keys(directory);
}

}  // namespace freshet::node
