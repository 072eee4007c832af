// The numbers that callers of the agent protocol compare, and what our errors are in them.
//
// Pure; any thread.
#pragma once

#include <cstdint>

#include "freshet/error.h"

namespace freshet::doagent {

// An HRESULT as it is written: as a signed number.
using Code = std::int32_t;

// Or why not.
template <typename T>
using Coded = tl::expected<T, Code>;

[[nodiscard]] constexpr Code code(std::uint32_t hresult) {
  return static_cast<Code>(hresult);
}

inline constexpr Code kNotImplemented = code(0x80004001);
inline constexpr Code kNotSupported = code(0x80070032);
inline constexpr Code kInvalidArgument = code(0x80070057);
inline constexpr Code kDoesNotFit = code(0x8007007A);
inline constexpr Code kNotFound = code(0x80070490);
inline constexpr Code kOutOfMemory = code(0x8007000E);
inline constexpr Code kBadLength = code(0x80070018);
inline constexpr Code kFault = code(0x8007023E);
inline constexpr Code kInvalidUrl = code(0x800C0002);
inline constexpr Code kNoService = code(0x80D01001);
inline constexpr Code kNoProgress = code(0x80D02002);
inline constexpr Code kUnknownProperty = code(0x80D02011);
inline constexpr Code kReadOnlyProperty = code(0x80D02012);
inline constexpr Code kInvalidState = code(0x80D02013);
inline constexpr Code kNoDestination = code(0x80D02018);
inline constexpr Code kNoUri = code(0x80D02200);
inline constexpr Code kNoNetwork = code(0x80D03805);
inline constexpr Code kNoRanges = code(0x80D05011);
inline constexpr Code kTimeout = code(0x80072EE2);
inline constexpr Code kNameNotResolved = code(0x80072EE7);
inline constexpr Code kCannotConnect = code(0x80072EFD);

// Of a file operation; or of a transfer, with a number of libcurl's.
[[nodiscard]] constexpr Code small_code(int number) {
  return code(0xC0D00000U + static_cast<std::uint32_t>(number));
}

// What an HTTP status of an origin or cache host is.
[[nodiscard]] Code code_of_status(int status);
// What a transfer failed with.
[[nodiscard]] Code code_of(Error const& error);
// Whether it ends a download at once: a refusal of the origin, the disk, a URL that cannot be.
[[nodiscard]] bool is_fatal(Error const& error);
// Whether somebody answered: then there is a network, whatever the interfaces look like.
[[nodiscard]] bool proves_network(Error const& error);

}  // namespace freshet::doagent
