// Where else an origin says its bytes or their manifest can be had: the Link field (RFC 8288).
//
// Pure; any thread. A malformed field says nothing. Several lines of the field are joined with ",
// ".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/url.h"

namespace freshet {

inline constexpr std::size_t kLinkFieldBytesMax = 16384;
inline constexpr std::size_t kLinksMax = 64;

struct Link {
  std::string target;                  // As written, maybe relative.
  std::vector<std::string> relations;  // Lower case.
  std::string type;                    // Media type, lower case, without parameters; may be empty.
  unsigned priority = 999'999;  // RFC 6249 §3.1: 1 is tried first; without one it comes last.

  [[nodiscard]] bool is(std::string_view relation) const;
};

// Links whose context is another resource ("anchor") are left out, and so are those past
// `kLinksMax`.
[[nodiscard]] std::optional<std::vector<Link>> parse_link_field(std::string_view value);

// Absolute URLs of .torrent files (rel=describedby; type="application/x-bittorrent").
[[nodiscard]] std::vector<std::string> manifest_urls(std::string_view value, Url const& base);
// Absolute URLs of the same bytes (rel=duplicate, RFC 6249), best first. To be used only with a
// digest or a manifest to check them by.
[[nodiscard]] std::vector<std::string> mirror_urls(std::string_view value, Url const& base);

}  // namespace freshet
