// Whether bytes of one source may be put beside those of another, when nothing can tell right bytes
// from wrong ones piece by piece.
//
// Pure; any thread.
#pragma once

#include <optional>
#include <string>

#include "engine/ports/origin.h"

namespace freshet {

// What the spool holds.
struct Representation {
  std::optional<Bytes> length;
  Validator validator;
};

// Absent: they are the same. Else one clause that says why they must be taken for different: only
// equal strong entity tags and equal lengths prove anything across hosts (RFC 9110 §8.8.1).
[[nodiscard]] std::optional<std::string> why_not_mixed(Representation const& ours,
                                                       OriginHead const& theirs);

// Whether an earlier run's bytes can be told from those of a changed file.
[[nodiscard]] bool can_resume(Validator const& validator);

}  // namespace freshet
