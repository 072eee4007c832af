#include "store/database_mark.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <span>
#include <utility>
#include <vector>

#include "engine/base/hash.h"
#include "store/codec.h"
#include "store/posix_disk.h"

namespace freshet::store {

namespace {

constexpr std::uint8_t kMarkVersion = 1;
constexpr std::string_view kManifestPrefix = "MANIFEST-";
constexpr Bytes kReadBytes = 64 << 10;
constexpr std::size_t kBodyBytes = 1 + 3 * 8 + 32;
constexpr std::size_t kMarkBytes = kBodyBytes + 32;

Digest sum_of(std::string_view bytes) {
  return sha256(std::as_bytes(std::span(bytes.data(), bytes.size())));
}

void append_digest(std::string& bytes, Digest const& digest) {
  Encoder out;
  out.digest(digest);
  bytes += out.take();
}

// "MANIFEST-000123", as the file CURRENT says.
std::optional<std::string> manifest_name(std::string const& directory) {
  std::ifstream current(directory + "/CURRENT");
  std::string name;
  if (!std::getline(current, name) || !name.starts_with(kManifestPrefix)) return std::nullopt;
  return name;
}

}  // namespace

std::string encode(DatabaseMark const& mark) {
  std::string bytes(1, static_cast<char>(kMarkVersion));
  for (auto const number : {mark.sequence, mark.manifest.number, mark.manifest.bytes}) {
    append_key(bytes, number);
  }
  append_digest(bytes, mark.manifest.sha256);
  append_digest(bytes, sum_of(bytes));
  return bytes;
}

std::optional<DatabaseMark> decode_mark(std::string_view bytes) {
  if (bytes.size() != kMarkBytes || bytes.front() != static_cast<char>(kMarkVersion)) {
    return std::nullopt;
  }
  if (Decoder(bytes.substr(kBodyBytes)).digest() != sum_of(bytes.substr(0, kBodyBytes))) {
    return std::nullopt;
  }
  DatabaseMark mark;
  mark.sequence = *key_number(bytes, 1);
  mark.manifest.number = *key_number(bytes, 9);
  mark.manifest.bytes = *key_number(bytes, 17);
  mark.manifest.sha256 = Decoder(bytes.substr(25)).digest();
  return mark;
}

std::optional<ManifestState> read_manifest(std::string const& directory, Bytes bytes_max) {
  auto const name = manifest_name(directory);
  if (!name) return std::nullopt;
  ManifestState state;
  auto const* const end = name->data() + name->size();
  auto const [stopped, error] =
      std::from_chars(name->data() + kManifestPrefix.size(), end, state.number);
  if (error != std::errc{} || stopped != end) return std::nullopt;
  auto const file = PosixDisk().open(directory + "/" + *name, Disk::Mode::read);
  if (!file) return std::nullopt;
  Sha256 hash;
  std::vector<std::byte> space(kReadBytes);
  while (state.bytes < bytes_max) {
    auto const part = std::span(space).first(std::min<Bytes>(kReadBytes, bytes_max - state.bytes));
    auto const got = (*file)->read_at(part, state.bytes);
    if (!got) return std::nullopt;
    hash.update(part.first(*got));
    state.bytes += *got;
    if (*got < part.size()) break;
  }
  state.sha256 = hash.finish();
  return state;
}

DatabaseMarkFile::DatabaseMarkFile(std::string const& directory) : path_(directory + "/MARK") {}

std::optional<DatabaseMark> DatabaseMarkFile::read() {
  std::lock_guard const lock(mutex_);
  auto const file = PosixDisk().open(path_, Disk::Mode::read);
  if (!file) return std::nullopt;
  std::string bytes(kMarkBytes, '\0');
  auto const got = (*file)->read_at(std::as_writable_bytes(std::span(bytes)), 0);
  auto const mark = got && *got == bytes.size() ? decode_mark(bytes) : std::nullopt;
  if (mark) mark_ = *mark;
  return mark;
}

void DatabaseMarkFile::advance(std::uint64_t sequence) {
  std::lock_guard const lock(mutex_);
  if (sequence <= mark_.sequence) return;
  mark_.sequence = sequence;
  write();
}

void DatabaseMarkFile::advance(ManifestState const& manifest) {
  std::lock_guard const lock(mutex_);
  auto const& last = mark_.manifest;
  if (std::pair(manifest.number, manifest.bytes) <= std::pair(last.number, last.bytes)) return;
  mark_.manifest = manifest;
  write();
}

void DatabaseMarkFile::write() {
  if (!file_) {
    PosixDisk disk;
    auto opened = disk.open(path_, Disk::Mode::write);
    if (!opened) opened = disk.open(path_, Disk::Mode::create);
    if (!opened) return;
    file_ = std::move(*opened);
  }
  auto const bytes = encode(mark_);
  static_cast<void>(file_->write_at(std::as_bytes(std::span(bytes)), 0));
}

}  // namespace freshet::store
