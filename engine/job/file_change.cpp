#include "engine/job/file_change.h"

#include <utility>

namespace freshet {

FileIdentity identity_of(FileSpec const& spec) {
  return {spec.sha256,
          spec.content,
          spec.manifest,
          spec.manifest_bytes,
          spec.manifest_signature,
          spec.hash_of_hashes,
          spec.manifest_sha256};
}

void apply(FileChange change, FileSpec& spec) {
  if (change.manifest_optional) spec.manifest_optional = *change.manifest_optional;
  if (change.path) spec.path = std::move(*change.path);
  if (change.app_data) spec.app_data = std::move(*change.app_data);
  if (!change.identity) return;
  auto& identity = *change.identity;
  spec.sha256 = identity.sha256;
  spec.content = identity.content;
  spec.manifest = std::move(identity.manifest);
  spec.manifest_bytes = std::move(identity.manifest_bytes);
  spec.manifest_signature = std::move(identity.manifest_signature);
  spec.hash_of_hashes = identity.hash_of_hashes;
  spec.manifest_sha256 = identity.manifest_sha256;
}

bool judged_anew(FileSpec const& before, FileSpec const& after) {
  bool const stricter = before.manifest_optional && !after.manifest_optional;
  return stricter || identity_of(before) != identity_of(after);
}

}  // namespace freshet
