// Sizes, rates and times for people, and back. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "freshet/job.h"
#include "freshet/units.h"

namespace freshet::cli {

// "812 B", "4.0 KiB", "1.5 GiB".
[[nodiscard]] std::string size_text(Bytes bytes);
[[nodiscard]] std::string rate_text(BytesPerSecond rate);
// "3 s", "2 min 5 s", "1 h 3 min", "2 d 4 h".
[[nodiscard]] std::string time_text(Duration span);
// "90", "90s", "10m", "2h", "1d"; up to ten years.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);
// "64000", "512K", "1.5M", "2G", each with an optional "iB" or "B" and "/s".
[[nodiscard]] std::optional<Bytes> parse_size(std::string_view text);
// "0-1023" as in HTTP: both ends belong to it.
[[nodiscard]] std::optional<ByteRange> parse_range(std::string_view text);

// "45%  450.0 MiB of 1.0 GiB  112.0 MiB/s  5 s left  origin 100%".
[[nodiscard]] std::string progress_text(Progress const& progress);
// "origin 60% peers 40%"; empty when nothing came.
[[nodiscard]] std::string sources_text(Progress const& progress);

// Bytes of a terminal's control sequences in names of files and servers are shown as "?".
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace freshet::cli
