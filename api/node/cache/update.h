// How stored responses change by what the origin says later: 304, HEAD, parts, and unsafe methods
// (RFC 9111 §3.2, §3.4, §4.3.4, §4.3.5, §4.4).
//
// Pure; any thread.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "api/node/cache/storing.h"
#include "engine/base/url.h"

namespace freshet::node {

// Which of the stored responses for a URL a 304 says to hold still. The one that was asked about by
// its validator holds in any case.
[[nodiscard]] std::vector<std::size_t> freshened_by(Fields const& not_modified,
                                                    std::span<StoredHead const* const> variants);
// With the fields that the 304, or the answer to HEAD, has. `exchange` is that exchange.
[[nodiscard]] StoredHead freshened(StoredHead const& stored, Exchange const& exchange);

enum class HeadSays : std::uint8_t { nothing, still_holds, changed };
// What a 200 to HEAD says of a stored response for that request; `length` is the content's.
[[nodiscard]] HeadSays judge_by_head(StoredHead const& stored, std::optional<Bytes> length,
                                     ResponseHead const& response);

// Whether a 206 is part of the content that is stored with these fields: the same strong validator,
// and the same length if both are known (RFC 9111 §3.4).
[[nodiscard]] bool belongs_to(Fields const& stored, std::optional<Bytes> length,
                              ResponseHead const& part);

// URLs whose stored responses must not be used any more: that of the request, and those of Location
// and Content-Location on the same origin. Empty where nothing changed: a safe method, an error.
[[nodiscard]] std::vector<std::string> invalidated_by(std::string_view method, Url const& target,
                                                      ResponseHead const& response);

}  // namespace freshet::node
