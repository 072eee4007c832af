// What would have helped a transfer: follows from the codes of its decision record.
//
// Pure; any thread.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/transfer/why_code.h"

namespace freshet {

// Names are stable: they stand in JSON and in docs/why.md. Append, never rename.
enum class WhyAdvice : std::uint8_t {
  heal_disk,
  name_content,
  allow_peers,
  change_policy,
  check_group,
  widen_networks,
  open_port,
  find_holders,
  widen_uploads,
  serve_ranges,
  align_mirror,
  report_liar,
  keep_content_still,
  shorten_delay,
  raise_limit,
};
inline constexpr std::size_t kWhyAdvices = static_cast<std::size_t>(WhyAdvice::raise_limit) + 1;

[[nodiscard]] std::string_view name(WhyAdvice advice);
// One sentence that says what to do.
[[nodiscard]] std::string_view sentence(WhyAdvice advice);

// Most pressing first, each once.
[[nodiscard]] std::vector<WhyAdvice> advise(WhyCodes const& seen);

}  // namespace freshet
