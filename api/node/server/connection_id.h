// A connection of one worker; never means another one. A value.
#pragma once

#include <cstdint>

namespace freshet::node {

struct ConnectionId {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;
  bool operator==(ConnectionId const&) const = default;
};

}  // namespace freshet::node
