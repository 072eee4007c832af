// The one place where the engine's errors become the HRESULTs that COM callers know.
//
// Pure; any thread. What is not listed is what `hresult` of freshet/error.h says. Delivery
// Optimization and BITS have names of their own for the same thing.
#pragma once

#include <span>

#include "freshet/com/hresults.h"
#include "freshet/error.h"

namespace freshet::com {

// Whose class made the job, and so whose names its errors have.
enum class Family { delivery_optimization, bits };

struct HresultRow {
  Errc code;
  HRESULT delivery_optimization;
  HRESULT bits;
};
[[nodiscard]] std::span<HresultRow const> hresult_rows();

[[nodiscard]] HRESULT to_hresult(Errc code, Family family);

template <typename T>
[[nodiscard]] HRESULT to_hresult(Result<T> const& result, Family family) {
  return result ? S_OK : to_hresult(result.error().code, family);
}

}  // namespace freshet::com
