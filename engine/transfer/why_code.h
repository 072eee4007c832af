// Why a transfer went as it did: one code for each kind of entry in its decision record.
//
// Names are stable: they stand in JSON and in docs/why.md. Append, never rename.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace freshet {

enum class WhyCode : std::uint8_t {
  // The transfer.
  queued,
  started,
  resumed,
  nothing_to_fetch,
  identity_known,
  identity_unknown,
  manifest_found,
  manifest_refused,
  content_changed,
  started_over,
  sealed,
  finished,
  failed,

  // Sources.
  source_answered,
  source_failed,
  source_waits,
  source_left,
  source_refused,
  source_banned,
  source_stalled,
  source_without_ranges,
  mirror_admitted,

  // Bytes.
  piece_rejected,
  digest_mismatch,
  single_source,
  range_stolen,
  range_doubled,
  store_failed,
  delivery_unconfirmed,

  // Peers.
  peer_seen,
  peer_gone,
  peer_banned,
  peers_slow,
  claims_heard,

  // Why there are no peers, or not these.
  peers_searched,
  peers_off,
  peers_forbidden,
  peers_not_wanted,
  peers_need_identity,
  content_too_small,
  no_peer_found,
  peer_not_of_group,
  peer_not_local,
  peer_unreachable,
  peer_refused,
  serving_forbidden,

  // What slowed it down.
  source_held,
  rate_limited,

  // What peers say of a SHA-256.
  digest_told,
  digest_lie,
  peer_fetches,

  // Another reason why there are no peers.
  other_pieces,
};
inline constexpr std::size_t kWhyCodes = static_cast<std::size_t>(WhyCode::other_pieces) + 1;

// Which kinds of entries there were.
using WhyCodes = std::bitset<kWhyCodes>;

[[nodiscard]] std::string_view to_string(WhyCode code);

}  // namespace freshet
