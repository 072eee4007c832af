#include "engine/transfer/why_code.h"

#include <array>

#include "engine/base/assert.h"

namespace freshet {

namespace {

constexpr std::array<std::string_view, 35> kNames{
    "queued",          "started",
    "resumed",         "nothing_to_fetch",
    "identity_known",  "identity_unknown",
    "manifest_found",  "manifest_refused",
    "content_changed", "started_over",
    "sealed",          "finished",
    "failed",          "stopped",
    "source_answered", "source_failed",
    "source_waits",    "source_left",
    "source_refused",  "source_banned",
    "source_stalled",  "source_without_ranges",
    "mirror_admitted", "piece_rejected",
    "digest_mismatch", "single_source",
    "range_stolen",    "range_doubled",
    "store_failed",    "delivery_unconfirmed",
    "peer_seen",       "peer_gone",
    "peer_banned",     "peers_slow",
    "claims_heard",
};
static_assert(kNames.size() == static_cast<std::size_t>(WhyCode::claims_heard) + 1);

}  // namespace

std::string_view to_string(WhyCode code) {
  auto const index = static_cast<std::size_t>(code);
  FRESHET_ASSERT(index < kNames.size());
  return kNames[index];
}

}  // namespace freshet
