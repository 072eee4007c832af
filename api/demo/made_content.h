// Bytes that follow from a seed and their position alone: as much content as wanted, kept nowhere.
// Pure; any thread.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "engine/content/manifest.h"

namespace freshet::demo {

class MadeContent {
 public:
  MadeContent(Bytes length, std::uint64_t seed) : length_(length), seed_(seed) {}

  [[nodiscard]] Bytes length() const { return length_; }
  // The bytes from `begin` on, as many as `out` holds.
  void read(Bytes begin, std::span<std::byte> out) const;

  struct Identity {
    std::shared_ptr<Manifest const> manifest;
    Digest sha256;
  };
  // Makes every byte once.
  [[nodiscard]] Result<Identity> identify() const;

 private:
  Bytes length_;
  std::uint64_t seed_;
};

}  // namespace freshet::demo
