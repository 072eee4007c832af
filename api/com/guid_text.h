// GUIDs as the ids of jobs and as text. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "freshet/com/guid.h"
#include "freshet/job.h"

namespace freshet::com {

// Both have the same text.
[[nodiscard]] GUID to_guid(JobId const& id);
[[nodiscard]] JobId to_job_id(REFGUID guid);

// With braces and capital letters.
[[nodiscard]] std::wstring to_text(REFGUID guid);
// With braces; letters of either case.
[[nodiscard]] std::optional<GUID> guid_from_text(std::wstring_view text);

}  // namespace freshet::com
