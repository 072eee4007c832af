// Answers of the tracker, bencoded (BEP 3, 7, 23, 48), and the one function behind its two paths.
//
// Pure; any thread for the replies, the book's thread for answer_tracker().
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/node/tracker/announce_book.h"

namespace freshet::node {

[[nodiscard]] std::string announce_reply(AnnounceRequest const& request, Announced const& announced,
                                         TrackerLimits const& limits);
[[nodiscard]] std::string failure_reply(std::string_view why);

// The body of the answer to GET /announce or /scrape with this query; always sent with status 200,
// as peers look at nothing else. Nothing for other paths.
[[nodiscard]] std::optional<std::string> answer_tracker(std::string_view path,
                                                        std::string_view query,
                                                        AnnouncedBy const& by, TimePoint now,
                                                        AnnounceBook& book);

}  // namespace freshet::node
