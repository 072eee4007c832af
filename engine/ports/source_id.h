// Names of those who send bytes. Plain values; any thread.
#pragma once

#include <cstdint>

namespace freshet {

// One source of one process run: an origin, mirror or cache host, or a peer. Chosen by the engine
// for origins (1, 2, …) and by the swarm for peers (from `kFirstPeerSource`). Never reused within a
// run.
enum class SourceId : std::uint64_t { none = 0 };

inline constexpr std::uint64_t kFirstPeerSource = 1ULL << 32;

[[nodiscard]] constexpr bool is_peer(SourceId id) {
  return static_cast<std::uint64_t>(id) >= kFirstPeerSource;
}

// One content in the store, whether its identity is known yet or not. Survives restarts.
enum class SpoolId : std::uint64_t { none = 0 };

}  // namespace freshet
