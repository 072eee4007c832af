// SHA-256, in one go and incrementally. Values; any thread, one at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "freshet/digest.h"

namespace freshet {

[[nodiscard]] Digest sha256(std::span<std::byte const> bytes);
// Hash of two digests joined: one inner node of a Merkle tree.
[[nodiscard]] Digest sha256_pair(Digest const& left, Digest const& right);

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(std::span<std::byte const> bytes);
  // The digest of all bytes so far; the object starts over.
  [[nodiscard]] Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace freshet
