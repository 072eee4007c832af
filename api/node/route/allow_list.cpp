#include "api/node/route/allow_list.h"

#include <algorithm>

#include "api/node/http/text.h"

namespace freshet::node {

namespace {

tl::unexpected<Error> bad(std::string_view text, std::string why) {
  return fail(Errc::invalid_argument, std::string(text.substr(0, 256)), std::move(why));
}

std::uint16_t own_port(std::string_view scheme) {
  return scheme == "https" ? 443 : 80;
}

// "host", "[v6]", with ":port" or ":*". The host is judged as one of a URL.
Result<void> read_authority(std::string_view text, AllowPattern& pattern) {
  auto const whole = text;
  auto const colon = text.rfind(':');
  bool const has_port = colon != std::string_view::npos && text.find(']', colon) == text.npos;
  if (has_port) {
    auto const port = text.substr(colon + 1);
    auto const number = port == "*" ? 0 : parse_number(port);
    if (!number || *number > 65'535 || (*number == 0 && port != "*")) {
      return bad(whole, "is no pattern: after the colon stands a port, or *");
    }
    pattern.port = static_cast<std::uint16_t>(*number);
    text = text.substr(0, colon);
  }
  if (text == "*") {
    pattern.below = true;
    return {};
  }
  pattern.below = text.starts_with("*.");
  auto const url = parse_url("http://" + std::string(text.substr(pattern.below ? 2 : 0)));
  if (!url || !url->userinfo.empty() || url->port != 80 || url->path != "/" || url->query) {
    return bad(whole, "is no pattern: a host is a name, an address, *.name or *");
  }
  pattern.host = (pattern.below ? "." : "") + url->host;
  return {};
}

}  // namespace

bool AllowPattern::matches(Url const& url) const {
  if (scheme.empty() ? url.scheme != "http" && url.scheme != "https" : url.scheme != scheme) {
    return false;
  }
  if (below ? !url.host.ends_with(host) || url.host.size() == host.size() : url.host != host) {
    return false;
  }
  if (port.value_or(own_port(url.scheme)) != url.port && port != 0) return false;
  return url.path.starts_with(path);
}

Result<AllowPattern> parse_allow_pattern(std::string_view text) {
  AllowPattern pattern;
  auto rest = text;
  if (auto const scheme = rest.find("://"); scheme != std::string_view::npos) {
    pattern.scheme = lowered(rest.substr(0, scheme));
    if (pattern.scheme != "http" && pattern.scheme != "https") {
      return bad(text, "is no pattern: origins have http or https");
    }
    rest.remove_prefix(scheme + 3);
  }
  auto const slash = std::min(rest.find('/'), rest.size());
  if (auto read = read_authority(rest.substr(0, slash), pattern); !read) {
    return tl::unexpected(read.error());
  }
  auto path = rest.substr(slash);
  if (path.ends_with('*'))
    path.remove_suffix(1);
  else if (!path.empty() && !path.ends_with('/')) {
    return bad(text, "is no pattern: a path ends with / or *");
  }
  if (path.find_first_of("*?#") != path.npos) return bad(text, "is no pattern: * may only end it");
  pattern.path = path;
  return pattern;
}

std::string to_string(AllowPattern const& pattern) {
  std::string out = pattern.scheme.empty() ? "" : pattern.scheme + "://";
  if (pattern.below) out += "*";
  bool const v6 = pattern.host.find(':') != std::string::npos;
  out += v6 ? "[" + pattern.host + "]" : pattern.host;
  if (pattern.port) out += ":" + (*pattern.port == 0 ? "*" : std::to_string(*pattern.port));
  out += pattern.path;
  if (!pattern.path.empty() && !pattern.path.ends_with('/')) out += "*";
  return out;
}

bool AllowList::allows(Url const& url) const {
  return std::ranges::any_of(patterns_, [&](auto const& each) { return each.matches(url); });
}

}  // namespace freshet::node
