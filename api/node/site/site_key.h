// The key by which a node signs manifests: made at its first start, kept in its data directory as a
// secret key file of minisign without password, readable by its owner alone.
//
// Any thread; calls wait for the disk. The secret is wiped from memory with the object.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/content/minisign.h"
#include "freshet/units.h"

namespace freshet::node {

struct SiteKeys {
  SecretKey current;
  std::optional<SecretKey> previous;  // It vouches for the current one.

  // key.pub, and its signature by the previous key; empty without one.
  [[nodiscard]] std::string public_text() const;
  [[nodiscard]] Result<std::string> introduction(WallTime now) const;
};

// `directory`/node.key and node.key.old; the first is made where there is none. permission_denied
// when others may read it; signature_invalid when it is no key; access_denied with a password.
[[nodiscard]] Result<SiteKeys> open_site_keys(std::string const& directory);
// The current key becomes the previous one, and another is made.
[[nodiscard]] Result<SiteKeys> rotate_site_keys(std::string const& directory);
// The previous one goes. not_found when there is none.
[[nodiscard]] Result<SiteKeys> retire_site_key(std::string const& directory);

}  // namespace freshet::node
