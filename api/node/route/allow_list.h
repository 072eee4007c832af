// Origins that may be asked, as patterns of the administrator.
//
// A pattern is [SCHEME://]HOST[:PORT][/PATH]. HOST is a name, an address, "*.example" (every name
// below example, not itself) or "*". Without a scheme it means http and https; without a port the
// scheme's own; ":*" is any. A path ends with "/" or "*" and allows what begins with it.
//
// A plain value; any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/url.h"

namespace freshet::node {

struct AllowPattern {
  std::string scheme;                 // Empty: either.
  std::string host;                   // Lower case; of "*.example" what follows the star.
  bool below = false;                 // Names that end with `host`.
  std::optional<std::uint16_t> port;  // 0: any.
  std::string path;                   // What the path begins with.
  bool operator==(AllowPattern const&) const = default;

  [[nodiscard]] bool matches(Url const& url) const;
};
// invalid_argument.
[[nodiscard]] Result<AllowPattern> parse_allow_pattern(std::string_view text);
[[nodiscard]] std::string to_string(AllowPattern const& pattern);

class AllowList {
 public:
  AllowList() = default;
  explicit AllowList(std::vector<AllowPattern> patterns) : patterns_(std::move(patterns)) {}

  [[nodiscard]] bool allows(Url const& url) const;
  [[nodiscard]] std::span<AllowPattern const> patterns() const { return patterns_; }
  bool operator==(AllowList const&) const = default;

 private:
  std::vector<AllowPattern> patterns_;
};

}  // namespace freshet::node
