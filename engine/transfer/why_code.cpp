#include "engine/transfer/why_code.h"

#include <array>

#include "engine/base/assert.h"

namespace freshet {

namespace {

constexpr std::array<std::string_view, kWhyCodes> kNames{
    "queued",
    "started",
    "resumed",
    "nothing_to_fetch",
    "identity_known",
    "identity_unknown",
    "manifest_found",
    "manifest_refused",
    "content_changed",
    "started_over",
    "sealed",
    "finished",
    "failed",
    "source_answered",
    "source_failed",
    "source_waits",
    "source_left",
    "source_refused",
    "source_banned",
    "source_stalled",
    "source_without_ranges",
    "mirror_admitted",
    "piece_rejected",
    "digest_mismatch",
    "single_source",
    "range_stolen",
    "range_doubled",
    "store_failed",
    "delivery_unconfirmed",
    "peer_seen",
    "peer_gone",
    "peer_banned",
    "peers_slow",
    "claims_heard",
    "peers_searched",
    "peers_off",
    "peers_forbidden",
    "peers_not_wanted",
    "peers_need_identity",
    "content_too_small",
    "no_peer_found",
    "peer_not_of_group",
    "peer_not_local",
    "peer_unreachable",
    "peer_refused",
    "serving_forbidden",
    "source_held",
    "rate_limited",
    "digest_told",
    "digest_lie",
    "peer_fetches",
    "other_pieces",
};
static_assert(!kNames.back().empty());

}  // namespace

std::string_view to_string(WhyCode code) {
  auto const index = static_cast<std::size_t>(code);
  FRESHET_ASSERT(index < kNames.size());
  return kNames[index];
}

}  // namespace freshet
