// Jobs, files and errors as JSON. The shapes are documented in docs/cli.md and stay.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "freshet/client.h"

namespace freshet::cli {

[[nodiscard]] nlohmann::json to_json(Error const& error);
[[nodiscard]] nlohmann::json to_json(Progress const& progress);
[[nodiscard]] nlohmann::json to_json(JobInfo const& job);
[[nodiscard]] nlohmann::json to_json(FileInfo const& file);
[[nodiscard]] nlohmann::json to_json(ContentInfo const& content);
[[nodiscard]] nlohmann::json to_json(PeerBan const& ban);
[[nodiscard]] nlohmann::json to_json(PeerStatus const& peer);

// To the second; null for none.
[[nodiscard]] nlohmann::json time_json(std::optional<WallTime> time);

// One line; bytes that are no UTF-8 are replaced.
[[nodiscard]] std::string line_of(nlohmann::json const& value);

}  // namespace freshet::cli
