// Where one request goes, and who may be told what on the way there. Pure; hostile redirects.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/url.h"
#include "freshet/error.h"

namespace freshet {

// An absolute http or https URL. Errors: invalid_argument, unsupported_scheme.
[[nodiscard]] Result<Url> parse_target(std::string_view url);

struct RedirectRules {
  bool allow_downgrade = false;  // https to http.
};

// Where a Location leads from `from`. Credentials go on to the same party only. Error:
// redirect_refused.
[[nodiscard]] Result<Url> follow(Url const& from, std::string_view location, RedirectRules rules);

// Whether what was meant for `from` may be told to `to`: the same host and port, not less secure.
// The standard port of http becoming that of https counts as the same.
[[nodiscard]] bool same_party(Url const& from, Url const& to);

[[nodiscard]] std::string without_credentials(Url url);

}  // namespace freshet
