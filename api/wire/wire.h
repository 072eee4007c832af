// Values as JSON text and back, for every type that has a shape (shapes.h).
//
// Pure; any thread. What is written can be read: text that is no UTF-8 goes as {"base64": "..."},
// durations as whole milliseconds (rounded away from zero), times as RFC 3339 in UTC, the end of a
// range that goes to the end of the file as null.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "api/wire/documents.h"
#include "api/wire/node_documents.h"
#include "freshet/error.h"

namespace freshet::wire {

// A job of 20,000 files with manifests of usual size fits; whoever takes less refuses it earlier.
inline constexpr std::size_t kTextBytesMax = 64U << 20;
inline constexpr std::size_t kDepthMax = 16;
inline constexpr std::size_t kValuesMax = 500'000;

// Requests are refused for a member that is not known; answers come from a daemon that may be
// newer.
enum class Unknown : bool { refuse, ignore };

template <typename T>
[[nodiscard]] std::string write(T const& value);

// invalid_argument names the member ("files[2].sha256") and what is wrong with it.
template <typename T>
[[nodiscard]] Result<T> read(std::string_view text, Unknown unknown = Unknown::refuse);

}  // namespace freshet::wire
