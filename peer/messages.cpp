#include "peer/messages.h"

#include <algorithm>

#include "engine/content/manifest.h"

namespace freshet::peer {

namespace {

constexpr char kVersion = 1;
constexpr std::size_t kHashBytes = 32;
// As many as a message may hold.
constexpr std::size_t kLayerHashesMax = (kMessageBytesMax - 7) / kHashBytes;

void put(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>((value >> shift) & 0xff));
  }
}

// Takes big-endian numbers from the front; too short reads leave `failed`.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  [[nodiscard]] std::uint64_t number(std::size_t size) {
    std::uint64_t value = 0;
    for (char const byte : take(size)) value = (value << 8) | static_cast<unsigned char>(byte);
    return value;
  }
  [[nodiscard]] std::string_view take(std::size_t size) {
    if (bytes_.size() < size) {
      failed_ = true;
      return {};
    }
    auto const result = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return result;
  }
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  std::string_view bytes_;
  bool failed_ = false;
};

// Versions from 1 up keep the fields of the version before and append to them.
bool known_version(Reader& reader) {
  return reader.number(1) >= 1 && !reader.failed();
}

template <std::size_t Size>
std::array<std::byte, Size> bytes_of_text(std::string_view text) {
  std::array<std::byte, Size> result{};
  std::ranges::transform(text.substr(0, Size), result.begin(),
                         [](char character) { return static_cast<std::byte>(character); });
  return result;
}

std::string_view text_of(std::span<std::byte const> bytes) {
  return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

}  // namespace

std::string framed(std::string_view message) {
  std::string out;
  put(out, message.size(), 4);
  return out.append(message);
}

std::string block_message(char kind, PieceIndex piece, std::uint32_t begin, std::uint32_t size) {
  std::string out(1, kind);
  put(out, to_number(piece), 4);
  put(out, begin, 4);
  put(out, size, 4);
  return out;
}

std::string encode(Hello const& hello) {
  std::string out(1, kVersion);
  put(out, hello.key, 8);
  out += text_of(hello.nonce);
  return out;
}

std::optional<Hello> decode_hello(std::string_view bytes) {
  Reader reader(bytes);
  if (!known_version(reader)) return std::nullopt;
  Hello hello;
  hello.key = reader.number(8);
  hello.nonce = bytes_of_text<kNonceBytes>(reader.take(kNonceBytes));
  if (reader.failed()) return std::nullopt;
  return hello;
}

std::string encode_proof(Digest const& proof) {
  return std::string(1, kVersion) + std::string(text_of(proof.bytes));
}

std::optional<Digest> decode_proof(std::string_view bytes) {
  Reader reader(bytes);
  if (!known_version(reader)) return std::nullopt;
  Digest const proof{bytes_of_text<32>(reader.take(32))};
  if (reader.failed()) return std::nullopt;
  return proof;
}

std::string encode(std::vector<Claim> claims) {
  std::ranges::stable_sort(claims, {}, [](Claim const& claim) { return claim.pieces.size(); });
  if (claims.size() > kClaimsMax) claims.resize(kClaimsMax);
  std::string out(1, kVersion);
  put(out, claims.size(), 2);
  for (auto const& claim : claims) {
    auto const lease = std::clamp(claim.lease, Duration{0}, kLeaseMax);
    put(out, to_number(claim.pieces.begin), 4);
    put(out, to_number(claim.pieces.end), 4);
    put(out, static_cast<std::uint64_t>(lease / std::chrono::milliseconds{1}), 4);
  }
  return out;
}

std::optional<std::vector<Claim>> decode_claims(std::string_view bytes, std::uint32_t pieces) {
  Reader reader(bytes);
  if (!known_version(reader)) return std::nullopt;
  auto const count = reader.number(2);
  if (reader.failed() || count > kClaimsMax) return std::nullopt;
  std::vector<Claim> claims;
  for (std::uint64_t i = 0; i < count; ++i) {
    auto const begin = static_cast<std::uint32_t>(reader.number(4));
    auto const end = static_cast<std::uint32_t>(reader.number(4));
    Duration const lease = std::chrono::milliseconds{reader.number(4)};
    if (reader.failed() || begin >= end || end > pieces) return std::nullopt;
    claims.push_back({freshet::pieces(begin, end), std::min(lease, kLeaseMax)});
  }
  return claims;
}

std::vector<std::string> encode_layer(std::vector<Digest> const& layer) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin < layer.size(); begin += kLayerHashesMax) {
    std::string out(1, kVersion);
    put(out, begin, 4);
    for (auto i = begin; i < std::min(begin + kLayerHashesMax, layer.size()); ++i) {
      out += text_of(layer[i].bytes);
    }
    parts.push_back(std::move(out));
  }
  return parts;
}

std::optional<LayerPart> decode_layer(std::string_view bytes, std::uint32_t pieces) {
  Reader reader(bytes);
  if (!known_version(reader)) return std::nullopt;
  LayerPart part;
  part.begin = static_cast<std::uint32_t>(reader.number(4));
  auto const left = reader.failed() ? 0 : bytes.size() - 5;
  if (left == 0 || left % kHashBytes != 0) return std::nullopt;
  if (part.begin + left / kHashBytes > pieces) return std::nullopt;
  for (auto i = left / kHashBytes; i > 0; --i) {
    part.hashes.push_back({bytes_of_text<kHashBytes>(reader.take(kHashBytes))});
  }
  return part;
}

std::string encode(DigestWord const& word) {
  std::string out(1, kVersion);
  put(out, static_cast<std::uint64_t>(word.kind), 1);
  if (word.kind == DigestWord::Kind::fetches) {
    put(out, word.done, 8);
    put(out, word.length, 8);
    put(out, word.rate.value, 8);
  } else if (word.kind == DigestWord::Kind::knows) {
    put(out, word.content.length, 8);
    out += text_of(word.content.root.bytes);
  }
  return out;
}

std::optional<DigestWord> decode_word(std::string_view bytes) {
  Reader reader(bytes);
  if (!known_version(reader)) return std::nullopt;
  DigestWord word;
  auto const kind = reader.number(1);
  if (kind > static_cast<std::uint64_t>(DigestWord::Kind::knows)) return std::nullopt;
  word.kind = static_cast<DigestWord::Kind>(kind);
  if (word.kind == DigestWord::Kind::fetches) {
    word.done = reader.number(8);
    word.length = reader.number(8);
    word.rate = BytesPerSecond{reader.number(8)};
    if (word.done > word.length) return std::nullopt;
  } else if (word.kind == DigestWord::Kind::knows) {
    word.content.length = reader.number(8);
    word.content.root = {bytes_of_text<32>(reader.take(32))};
    auto const length = word.content.length;
    if (length == 0 || !check_geometry(length, piece_length_for(length))) return std::nullopt;
  }
  return reader.failed() ? std::nullopt : std::optional(word);
}

std::uint64_t company_name(Digest const& info_hash) {
  return Reader(text_of(info_hash.bytes)).number(8);
}

std::vector<std::string> encode_company(std::vector<CompanyWord> const& words, bool anew) {
  std::vector<std::string> messages;
  for (std::size_t begin = 0; begin < words.size() || (anew && begin == 0);
       begin += kCompanyWordsMax) {
    auto const end = std::min(begin + kCompanyWordsMax, words.size());
    std::string out(1, kVersion);
    put(out, anew && begin == 0 ? 1 : 0, 1);
    put(out, end - begin, 2);
    for (auto i = begin; i < end; ++i) {
      put(out, static_cast<std::uint64_t>(words[i].kind), 1);
      put(out, words[i].name, 8);
    }
    messages.push_back(std::move(out));
  }
  return messages;
}

std::optional<CompanyNote> decode_company(std::string_view bytes) {
  Reader reader(bytes);
  if (!known_version(reader)) return std::nullopt;
  CompanyNote note;
  note.anew = reader.number(1) == 1;
  auto const count = reader.number(2);
  if (reader.failed() || count > kCompanyWordsMax) return std::nullopt;
  for (std::uint64_t i = 0; i < count; ++i) {
    auto const kind = reader.number(1);
    auto const name = reader.number(8);
    if (reader.failed() || kind > static_cast<std::uint64_t>(CompanyWord::Kind::leaves)) {
      return std::nullopt;
    }
    note.words.push_back({name, static_cast<CompanyWord::Kind>(kind)});
  }
  return note;
}

}  // namespace freshet::peer
