#include "engine/origin/target.h"

#include <utility>

namespace freshet {

namespace {

bool is_http(Url const& url) {
  return url.scheme == "http" || url.scheme == "https";
}

}  // namespace

Result<Url> parse_target(std::string_view text) {
  auto url = parse_url(text);
  if (url && !is_http(*url)) {
    return fail(Errc::unsupported_scheme, redact(text), "the scheme is " + url->scheme);
  }
  return url;
}

Result<Url> follow(Url const& from, std::string_view location, RedirectRules rules) {
  auto const where = redact(to_string(from));
  auto to = resolve_url(from, location);
  if (!to || !is_http(*to)) {
    return fail(Errc::redirect_refused, where, "redirects to what is no http or https URL");
  }
  if (from.scheme == "https" && to->scheme == "http" && !rules.allow_downgrade) {
    return fail(Errc::redirect_refused, where, "redirects from https to " + redact(to_string(*to)));
  }
  if (to->userinfo.empty() && same_party(from, *to)) to->userinfo = from.userinfo;
  return to;
}

bool same_party(Url const& from, Url const& to) {
  if (from.same_origin(to)) return true;
  return from.host == to.host && from.scheme == "http" && from.port == 80 && to.scheme == "https" &&
         to.port == 443;
}

std::string without_credentials(Url url) {
  url.userinfo.clear();
  return to_string(url);
}

}  // namespace freshet
