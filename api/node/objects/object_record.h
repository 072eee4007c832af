// Objects as bytes of the index: docs/store-format.md, "objects". Values; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/node/objects/object.h"
#include "freshet/error.h"

namespace freshet::node {

// All that is stored for one URL.
[[nodiscard]] std::string encode(std::vector<ObjectRecord> const& variants);
// store_corrupt, store_too_new.
[[nodiscard]] Result<std::vector<ObjectRecord>> decode_objects(std::string_view bytes);

// What all objects take together.
struct ObjectSums {
  Bytes bytes = 0;
  std::uint64_t objects = 0;
  std::uint64_t next_id = 1;
};
[[nodiscard]] std::string encode(ObjectSums const& sums);
[[nodiscard]] Result<ObjectSums> decode_sums(std::string_view bytes);

}  // namespace freshet::node
