#include "api/group_secret.h"

#include "api/small_file.h"

namespace freshet {

namespace {

constexpr std::size_t kBytesMin = 16;
constexpr std::size_t kBytesMax = 4096;
constexpr std::size_t kLineEndBytes = 2;

}  // namespace

Result<std::string> read_group_secret(std::string const& path) {
  auto secret = read_small_file(path, kBytesMax + kLineEndBytes);
  if (!secret && secret.error().code != Errc::limit_reached) return secret;
  while (secret && (secret->ends_with('\n') || secret->ends_with('\r'))) secret->pop_back();
  if (!secret || secret->size() > kBytesMax) {
    return fail(Errc::invalid_argument, path, "is longer than 4096 bytes");
  }
  if (secret->size() < kBytesMin) {
    return fail(Errc::invalid_argument, path,
                "is shorter than 16 bytes: a group's secret must be hard to guess");
  }
  return secret;
}

}  // namespace freshet
