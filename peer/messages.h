// What Freshet peers tell each other beside BitTorrent (docs/swarm.md): bytes in, bytes out.
//
// Pure; any thread. Everything that comes from a peer is checked here; a later version may append
// to a message, so what follows the known fields is ignored.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ports/swarm.h"
#include "freshet/digest.h"

namespace freshet::peer {

inline constexpr std::size_t kClaimsMax = 64;
inline constexpr Duration kLeaseMax = std::chrono::seconds{60};
inline constexpr std::size_t kNonceBytes = 16;
// Longer messages are refused unread.
inline constexpr std::size_t kMessageBytesMax = 4096;

using Nonce = std::array<std::byte, kNonceBytes>;

// With its length before it, as it goes over the wire (BEP 3).
[[nodiscard]] std::string framed(std::string_view message);
// A message of BEP 3 or 6 that is about one block: request, cancel, reject.
[[nodiscard]] std::string block_message(char kind, PieceIndex piece, std::uint32_t begin,
                                        std::uint32_t size);

// In the extension handshake (BEP 10) under "fr_id".
struct Hello {
  std::uint64_t key = 0;  // Names the peer while its process runs.
  Nonce nonce{};          // Of this connection.
  bool operator==(Hello const&) const = default;
};
[[nodiscard]] std::string encode(Hello const& hello);
[[nodiscard]] std::optional<Hello> decode_hello(std::string_view bytes);

// Message "fr_proof".
[[nodiscard]] std::string encode_proof(Digest const& proof);
[[nodiscard]] std::optional<Digest> decode_proof(std::string_view bytes);

// Message "fr_claims": all origin ranges the sender is fetching now, replacing what it said before.
// Beyond `kClaimsMax` the longest are left out.
[[nodiscard]] std::string encode(std::vector<Claim> claims);
// Nothing when a range is empty, inverted or past `pieces`, or when there are too many. Leases are
// cut to `kLeaseMax`.
[[nodiscard]] std::optional<std::vector<Claim>> decode_claims(std::string_view bytes,
                                                              std::uint32_t pieces);

// Message "fr_layer": consecutive hashes of the piece layer.
inline constexpr std::uint32_t kLayerPiecesMax = 16384;  // Of more it is not told so.
struct LayerPart {
  std::uint32_t begin = 0;
  std::vector<Digest> hashes;
};
[[nodiscard]] std::vector<std::string> encode_layer(std::vector<Digest> const& layer);
// Nothing when it is empty, holds half a hash, or goes past `pieces`.
[[nodiscard]] std::optional<LayerPart> decode_layer(std::string_view bytes, std::uint32_t pieces);

// Message "fr_digest": what the sender knows of the content with the SHA-256 that both meet for.
[[nodiscard]] std::string encode(DigestWord const& word);
// Nothing for a kind that is none, and for a content that cannot be.
[[nodiscard]] std::optional<DigestWord> decode_word(std::string_view bytes);

// Message "fr_company": what the sender does with many contents; `anew`: these are all of them.
inline constexpr std::size_t kCompanyWordsMax = (kMessageBytesMax - 4) / 9;
struct CompanyNote {
  bool anew = false;
  std::vector<CompanyWord> words;
  bool operator==(CompanyNote const&) const = default;
};
// By the first bytes of the info-hash: of a group's own, so outsiders learn nothing by it.
[[nodiscard]] std::uint64_t company_name(Digest const& info_hash);
// As many as it takes. None when there is nothing new.
[[nodiscard]] std::vector<std::string> encode_company(std::vector<CompanyWord> const& words,
                                                      bool anew);
// Nothing for a kind that is none, or when there are too many.
[[nodiscard]] std::optional<CompanyNote> decode_company(std::string_view bytes);

}  // namespace freshet::peer
