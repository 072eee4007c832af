#include "engine/content/piece_hash_file.h"

#include <algorithm>

#include "engine/base/base64.h"
#include "engine/content/json_reader.h"
#include "engine/content/manifest.h"

namespace freshet {

namespace {

constexpr std::uint64_t kMajorVersion = 1;

tl::unexpected<Error> bad(std::string_view field, std::string_view why) {
  return fail(Errc::manifest_invalid, "piece hash file",
              std::string(field) + " " + std::string(why));
}

template <typename Number>
std::array<std::byte, sizeof(Number)> little_endian(Number value) {
  std::array<std::byte, sizeof(Number)> bytes;
  for (std::byte& byte : bytes) {
    byte = static_cast<std::byte>(value & 0xff);
    value = static_cast<Number>(value >> 8);
  }
  return bytes;
}

std::optional<Digest> read_digest(JsonReader& json) {
  Digest digest;
  auto const text = json.string();
  auto const bytes = text ? from_base64(*text) : std::nullopt;
  if (!bytes || bytes->size() != digest.bytes.size()) return std::nullopt;
  std::ranges::copy(*bytes, digest.bytes.begin());
  return digest;
}

// What the document says, before anything is believed.
struct Document {
  std::optional<std::uint64_t> major;
  std::optional<std::uint64_t> minor;
  std::optional<std::uint64_t> length;
  std::optional<std::uint64_t> piece_length;
  std::optional<Digest> hash_of_hashes;
  std::optional<std::vector<Digest>> pieces;
};

// A value that comes twice is refused: two readers might take different ones.
template <typename Value>
bool set_once(std::optional<Value>& field, std::optional<Value> value) {
  if (field || !value) return false;
  field = std::move(value);
  return true;
}

std::optional<std::vector<Digest>> read_pieces(JsonReader& json) {
  std::vector<Digest> pieces;
  if (!json.take('[')) return std::nullopt;
  if (json.take(']')) return pieces;
  do {
    auto const digest = read_digest(json);
    if (!digest || pieces.size() >= kPieceHashesMax) return std::nullopt;
    pieces.push_back(*digest);
  } while (json.take(','));
  if (!json.take(']')) return std::nullopt;
  return pieces;
}

bool read_field(std::string_view key, JsonReader& json, Document& document) {
  if (key == "MajorVersion") return set_once(document.major, json.number());
  if (key == "MinorVersion") return set_once(document.minor, json.number());
  if (key == "ContentLength") return set_once(document.length, json.number());
  if (key == "PieceSize") return set_once(document.piece_length, json.number());
  if (key == "HashOfHashes") return set_once(document.hash_of_hashes, read_digest(json));
  if (key == "Pieces") return set_once(document.pieces, read_pieces(json));
  return json.skip();
}

Result<Document> read_document(std::string_view text) {
  if (text.size() > kPieceHashFileBytesMax) return bad("file", "is too large");
  JsonReader json(text);
  Document document;
  if (!json.take('{')) return bad("file", "is no JSON object");
  do {
    auto const key = json.string();
    if (!key || !json.take(':')) return bad("file", "is malformed");
    if (!read_field(*key, json, document)) return bad(key->substr(0, 32), "is malformed");
  } while (json.take(','));
  if (!json.take('}') || !json.at_end()) return bad("file", "is malformed");
  return document;
}

Result<PieceHashes> to_hashes(Document document) {
  if (document.major != kMajorVersion) return bad("MajorVersion", "is not 1");
  if (!document.length || !document.piece_length || !document.pieces || !document.hash_of_hashes) {
    return bad("file", "lacks length, piece size, pieces or hash of hashes");
  }
  auto const length = *document.length;
  auto const piece = *document.piece_length;
  if (piece == 0 || piece % kBlockBytes != 0 || piece > kForeignPieceBytesMax) {
    return bad("PieceSize", "is no multiple of 16 KiB up to 128 MiB");
  }
  if (length / piece + (length % piece != 0) != document.pieces->size()) {
    return bad("Pieces", "has not one hash a piece");
  }
  return PieceHashes{length, static_cast<std::uint32_t>(piece), *std::move(document.pieces),
                     *document.hash_of_hashes};
}

}  // namespace

ByteRange PieceHashes::bytes_of(std::size_t piece) const {
  auto const begin = Bytes{piece} * piece_length;
  return {begin, std::min(begin + piece_length, length)};
}

Digest hash_of_hashes(PieceHashes const& hashes) {
  Sha256 hash;
  hash.update(little_endian(std::uint32_t{kMajorVersion}));
  hash.update(little_endian(hashes.length));
  hash.update(little_endian(hashes.piece_length));
  hash.update(std::as_bytes(std::span(hashes.pieces)));
  return hash.finish();
}

Result<std::shared_ptr<PieceHashes const>> read_piece_hash_file(std::string_view text) {
  auto document = read_document(text);
  if (!document) return unexpected(document.error());
  auto hashes = to_hashes(*std::move(document));
  if (!hashes) return unexpected(hashes.error());
  if (hash_of_hashes(*hashes) != hashes->hash_of_hashes) {
    return bad("HashOfHashes", "is not of these pieces");
  }
  return std::make_shared<PieceHashes const>(*std::move(hashes));
}

Result<std::shared_ptr<PieceHashes const>> read_piece_hash_file(std::string_view text,
                                                                Digest const& expected) {
  auto hashes = read_piece_hash_file(text);
  if (hashes && (*hashes)->hash_of_hashes != expected) {
    return fail(Errc::manifest_mismatch, "piece hash file", "has another hash of hashes");
  }
  return hashes;
}

std::string write_piece_hash_file(PieceHashes const& hashes) {
  std::string text = R"({"MajorVersion":1,"MinorVersion":0,"HashOfHashes":")";
  text += to_base64(hash_of_hashes(hashes).bytes);
  text += R"(","ContentLength":)" + std::to_string(hashes.length);
  text += R"(,"PieceSize":)" + std::to_string(hashes.piece_length) + R"(,"Pieces":[)";
  for (std::size_t i = 0; i < hashes.pieces.size(); ++i) {
    text += (i == 0 ? "\"" : ",\"") + to_base64(hashes.pieces[i].bytes) + "\"";
  }
  return text + "]}";
}

PieceHashVerifier::PieceHashVerifier(std::shared_ptr<PieceHashes const> hashes)
    : hashes_(std::move(hashes)) {}

Result<void> PieceHashVerifier::update(std::span<std::byte const> bytes) {
  if (bytes.size() > hashes_->length - position_) {
    return fail(Errc::length_mismatch, "content", "is longer than its piece hashes");
  }
  while (!bytes.empty()) {
    auto const left =
        hashes_->bytes_of(static_cast<std::size_t>(position_ / hashes_->piece_length));
    auto const part = bytes.first(std::min<std::size_t>(bytes.size(), left.end - position_));
    hash_.update(part);
    position_ += part.size();
    bytes = bytes.subspan(part.size());
    if (position_ == left.end) close_piece();
  }
  return {};
}

void PieceHashVerifier::close_piece() {
  auto const piece = static_cast<std::size_t>((position_ - 1) / hashes_->piece_length);
  if (hash_.finish() != hashes_->pieces[piece]) wrong_.push_back(hashes_->bytes_of(piece));
}

Result<void> PieceHashVerifier::finish() const {
  if (position_ != hashes_->length) {
    return fail(Errc::length_mismatch, "content", "is shorter than its piece hashes");
  }
  if (!wrong_.empty()) {
    return fail(Errc::digest_mismatch, "content",
                "has " + std::to_string(wrong_.size()) + " pieces that differ from their hashes");
  }
  return {};
}

}  // namespace freshet
