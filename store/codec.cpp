#include "store/codec.h"

#include <cstring>
#include <limits>

namespace freshet::store {

void Encoder::number(std::uint64_t value) {
  while (value >= 0x80) {
    byte(static_cast<std::uint8_t>(value | 0x80));
    value >>= 7;
  }
  byte(static_cast<std::uint8_t>(value));
}

void Encoder::signed_number(std::int64_t value) {
  auto const bits = static_cast<std::uint64_t>(value);
  number((bits << 1) ^ (value < 0 ? ~0ULL : 0ULL));
}

void Encoder::text(std::string_view value) {
  number(value.size());
  out_.append(value);
}

void Encoder::digest(Digest const& value) {
  out_.append(reinterpret_cast<char const*>(value.bytes.data()), value.bytes.size());
}

std::string_view Decoder::take(std::size_t size) {
  if (size > rest_.size()) {
    fail();
    return {};
  }
  auto const taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

std::uint8_t Decoder::byte() {
  auto const taken = take(1);
  return taken.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(taken.front());
}

bool Decoder::flag() {
  auto const value = byte();
  if (value > 1) fail();
  return !failed_ && value == 1;
}

std::uint64_t Decoder::number() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    auto const next = byte();
    if (failed_) return 0;
    if (shift == 63 && next > 1) break;  // More than 64 bits.
    value |= static_cast<std::uint64_t>(next & 0x7F) << shift;
    if (next < 0x80) return value;
  }
  fail();
  return 0;
}

std::uint32_t Decoder::number32() {
  auto const value = number();
  if (value > std::numeric_limits<std::uint32_t>::max()) {
    fail();
    return 0;
  }
  return static_cast<std::uint32_t>(value);
}

std::int64_t Decoder::signed_number() {
  auto const bits = number();
  return static_cast<std::int64_t>((bits >> 1) ^ ((bits & 1) != 0 ? ~0ULL : 0ULL));
}

std::string Decoder::text() {
  auto const size = number();
  return std::string(take(size));
}

Digest Decoder::digest() {
  Digest value;
  auto const taken = take(value.bytes.size());
  if (!taken.empty()) std::memcpy(value.bytes.data(), taken.data(), taken.size());
  return value;
}

std::size_t Decoder::count() {
  auto const value = number();
  if (value > rest_.size()) {
    fail();
    return 0;
  }
  return value;
}

Result<void> Decoder::finish(std::string_view what) const {
  if (failed_)
    return freshet::fail(Errc::store_corrupt, std::string(what), "the record is cut or malformed");
  if (!rest_.empty())
    return freshet::fail(Errc::store_corrupt, std::string(what), "bytes follow the record");
  return {};
}

Result<std::uint8_t> record_version(Decoder& in, std::uint8_t newest, std::string_view what) {
  auto const version = in.byte();
  if (in.failed() || version == 0) {
    return fail(Errc::store_corrupt, std::string(what), "the record has no version");
  }
  if (version > newest) {
    return fail(
        Errc::store_too_new, std::string(what),
        "record version " + std::to_string(version) + ", known up to " + std::to_string(newest));
  }
  return version;
}

void append_key(std::string& key, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) key.push_back(static_cast<char>(value >> shift));
}

void append_key32(std::string& key, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) key.push_back(static_cast<char>(value >> shift));
}

namespace {

std::optional<std::uint64_t> big_endian(std::string_view key, std::size_t at, std::size_t size) {
  if (at + size > key.size()) return std::nullopt;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) {
    value = value << 8 | static_cast<unsigned char>(key[at + i]);
  }
  return value;
}

}  // namespace

std::optional<std::uint64_t> key_number(std::string_view key, std::size_t at) {
  return big_endian(key, at, 8);
}

std::optional<std::uint32_t> key_number32(std::string_view key, std::size_t at) {
  auto const value = big_endian(key, at, 4);
  if (!value) return std::nullopt;
  return static_cast<std::uint32_t>(*value);
}

}  // namespace freshet::store
