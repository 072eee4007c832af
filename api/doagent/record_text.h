// A download as it lies on disk: one small file of JSON each. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "api/doagent/download.h"

namespace freshet::doagent {

inline constexpr std::size_t kRecordBytesMax = 256 * 1024;

[[nodiscard]] std::string to_text(Download const& download);
// store_too_new of a later version, store_corrupt of what is no record.
[[nodiscard]] Result<Download> read_record(std::string_view text);

}  // namespace freshet::doagent
