// The one table of errors: stable names, what COM callers see, and what the user can do.
#pragma once

#include <span>

#include "freshet/error.h"

namespace freshet {

struct ErrorRow {
  Errc code;
  std::string_view name;
  std::uint32_t hresult;
  bool transient;
  std::string_view advice;
};

[[nodiscard]] std::span<ErrorRow const> error_table();

}  // namespace freshet
