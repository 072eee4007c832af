// Which way a file goes: through the daemon, or straight by apt's own method.
//
// Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/apt/message.h"
#include "api/apt/settings.h"
#include "freshet/digest.h"
#include "freshet/units.h"

namespace freshet::apt {

// What the daemon is asked for.
struct Wish {
  std::string uri;   // As apt names it,
  std::string url;   // and where it is.
  std::string file;  // Absolute; apt wants it there.
  Digest sha256;
  Bytes size = 0;
  std::string proxy;
  BytesPerSecond limit{};
};

// Of a message 600. Nothing: straight.
[[nodiscard]] std::optional<Wish> wish_of(Message const& acquire, Settings const& settings);

// "freshet+http://a" is "http://a" to everyone else.
[[nodiscard]] bool is_ours(std::string_view uri);
[[nodiscard]] std::string plain(std::string_view uri);
[[nodiscard]] std::string ours(std::string_view uri);

}  // namespace freshet::apt
