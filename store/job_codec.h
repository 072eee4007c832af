// Jobs and their files as bytes, and their keys. Layout: docs/store-format.md. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "engine/job/record.h"

namespace freshet::store {

[[nodiscard]] std::string encode(JobRecord const& record);
[[nodiscard]] Result<JobRecord> decode_job(std::string_view bytes);
[[nodiscard]] std::string encode(FileRecord const& record);
[[nodiscard]] Result<FileRecord> decode_file(std::string_view bytes);

[[nodiscard]] std::string job_key(JobId const& job);
[[nodiscard]] std::string file_key(JobId const& job, std::uint32_t index);

}  // namespace freshet::store
