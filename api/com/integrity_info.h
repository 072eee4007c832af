// The JSON text of the property IntegrityCheckInfo: where a piece hash file is and what it must be.
// Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "freshet/error.h"
#include "freshet/job.h"

namespace freshet::com {

struct IntegrityInfo {
  std::string url;
  std::optional<Digest> hash_of_hashes;  // One of these two, or both.
  std::optional<Digest> digest;          // Of the piece hash file itself.
};

// invalid_argument for what is not such a text; not_supported for digests that are
// no SHA-256.
[[nodiscard]] Result<IntegrityInfo> read_integrity_info(std::string_view text);

// Whether `error` says that the piece hash file at `url` cannot be had; one that is wrong was had.
[[nodiscard]] bool is_unavailable(std::string const& url, Error const& error);

}  // namespace freshet::com
