// What the node says of itself and of what it stores: its own page, signed manifests, and the
// fields that lead to them (RFC 8288, RFC 9530).
//
// Pure: keys, manifests and time come in. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/node/http/fields.h"
#include "api/node/site/site_key.h"
#include "engine/content/minisign.h"
#include "freshet/content_id.h"
#include "freshet/digest.h"
#include "freshet/units.h"

namespace freshet::node {

// The signature file of a text, with a second signature behind it while the key before is there.
[[nodiscard]] Result<std::string> sign_text(std::string_view text, SiteKeys const& keys,
                                            WallTime now);

// Adds to an answer where its manifest is, and its digest if that is known. `base`: the node as the
// client reaches it, "http://host:port". What the origin said itself stays.
void describe(Fields& answer, std::string_view base, ContentId const& content,
              std::optional<Digest> const& sha256);

// While the content is on its way, where its manifest will be: who asks there may wait for it.
void describe_coming(Fields& answer, std::string_view base, std::string_view url);

struct AboutNode {
  std::string name;
  std::string version;
  std::optional<PublicKey> key;
  std::string tracker;  // URL; empty: none.
};
// node.json
[[nodiscard]] std::string about_text(AboutNode const& about);

}  // namespace freshet::node
