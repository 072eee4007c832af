// What a daemon answered, as a value. Any thread.
#pragma once

#include <string>

#include "api/wire/wire.h"

namespace freshet::remote {

// protocol_error when it cannot be read; members that are new are passed over.
template <typename T>
[[nodiscard]] Result<T> parsed(Result<std::string> const& text) {
  if (!text) return tl::unexpected(text.error());
  auto value = wire::read<T>(*text, wire::Unknown::ignore);
  if (value) return value;
  return fail(Errc::protocol_error, "daemon",
              "answered what cannot be read: " + value.error().where + " " + value.error().why);
}

}  // namespace freshet::remote
