// One stored answer: what was said about it, and where its bytes are.
//
// A value that never changes once it is shared: what is learned later makes another one. Any
// thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/node/cache/stored_head.h"
#include "api/node/objects/body.h"
#include "engine/ports/source_id.h"
#include "freshet/content_id.h"

namespace freshet::node {

enum class ObjectId : std::uint64_t { none = 0 };

// What is written of an object.
struct ObjectRecord {
  ObjectId id = ObjectId::none;  // Never used twice.
  StoredHead head;
  std::optional<Bytes> length;       // Of the content.
  SpoolId spool = SpoolId::none;     // None: its bytes are in the index.
  bool complete = false;             // Otherwise the store has parts of it.
  std::optional<ContentId> content;  // Of what the store has, when it is complete.
  std::uint64_t used = 0;            // When it was last used, in the index's own steps.
  bool operator==(ObjectRecord const&) const = default;
};

struct Object {
  ObjectRecord record;
  std::shared_ptr<Body> body;  // Null: it was not asked for since the start.
};
using ObjectPtr = std::shared_ptr<Object const>;

// All that is stored for one URL.
struct Shelf {
  std::vector<ObjectPtr> variants;
};
using ShelfPtr = std::shared_ptr<Shelf const>;

}  // namespace freshet::node
