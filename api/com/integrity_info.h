// The JSON text of the property IntegrityCheckInfo: where a piece hash file is and what it must be.
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "freshet/error.h"
#include "freshet/job.h"

namespace freshet::com {

struct IntegrityInfo {
  std::string url;
  Digest hash_of_hashes;
};

// invalid_argument for what is not such a text; not_supported when it names the digest of the piece
// hash file alone, by which the engine knows none.
[[nodiscard]] Result<IntegrityInfo> read_integrity_info(std::string_view text);

}  // namespace freshet::com
