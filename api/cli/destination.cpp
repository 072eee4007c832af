#include "api/cli/destination.h"

#include <array>
#include <filesystem>
#include <fstream>

#include "api/file_hasher.h"
#include "engine/base/hash.h"

namespace freshet::cli {

namespace {

Result<Digest> sha256_of_file(std::string const& path) {
  std::ifstream file(path, std::ios::binary);
  Sha256 hash;
  std::vector<char> buffer(1 << 20);
  while (file) {
    file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    auto const got = static_cast<std::size_t>(file.gcount());
    hash.update(std::as_bytes(std::span(buffer.data(), got)));
  }
  if (!file.eof()) return fail(Errc::io_error, path, "cannot be read");
  return hash.finish();
}

bool is_right(FileSpec const& file) {
  if (!file.ranges.empty() || (!file.sha256 && !file.content)) return false;
  if (file.content) {
    auto const manifest = hash_file(file.path);
    if (!manifest || (*manifest)->content != *file.content) return false;
  }
  if (!file.sha256) return true;
  auto const digest = sha256_of_file(file.path);
  return digest && *digest == *file.sha256;
}

}  // namespace

Result<std::vector<std::string>> take_present(std::vector<FileSpec>& files, bool force) {
  std::vector<std::string> present;
  for (auto file = files.begin(); file != files.end();) {
    std::error_code ignored;
    if (!std::filesystem::exists(file->path, ignored)) {
      ++file;
    } else if (is_right(*file)) {
      present.push_back(file->path);
      file = files.erase(file);
    } else if (!force) {
      return fail(Errc::file_exists, file->path, "is there already; --force replaces it");
    } else {
      ++file;
    }
  }
  return present;
}

}  // namespace freshet::cli
