#include "engine/base/url.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <vector>

namespace freshet {

namespace {

constexpr std::size_t kHostBytesMax = 253;
constexpr std::size_t kLabelBytesMax = 63;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_unreserved(char c) {
  return is_alpha(c) || is_digit(c) || std::string_view("-._~").find(c) != std::string_view::npos;
}
bool is_sub_delim(char c) {
  return std::string_view("!$&'()*+,;=").find(c) != std::string_view::npos;
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::uint16_t default_port(std::string_view scheme) {
  if (scheme == "http") return 80;
  return scheme == "https" ? 443 : 0;
}

tl::unexpected<Error> bad(std::string why) {
  return fail(Errc::invalid_argument, "url", std::move(why));
}

tl::unexpected<Error> too_long() {
  return bad("longer than " + std::to_string(kUrlBytesMax) + " bytes");
}

// The scheme with which `text` begins, if it begins with one.
std::optional<std::string_view> scheme_of(std::string_view text) {
  auto const colon = text.find_first_of(":/?#");
  if (colon == std::string_view::npos || text[colon] != ':' || colon == 0) return std::nullopt;
  auto const scheme = text.substr(0, colon);
  auto const allowed = [](char c) {
    return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  };
  if (!is_alpha(scheme.front()) || !std::ranges::all_of(scheme, allowed)) return std::nullopt;
  return scheme;
}

// Whether every "%" begins an encoded byte.
bool well_encoded(std::string_view text) {
  for (auto at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 3)) {
    if (at + 2 >= text.size() || hex_value(text[at + 1]) < 0 || hex_value(text[at + 2]) < 0)
      return false;
  }
  return true;
}

void append_encoded(char c, std::string& out) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  auto const byte = static_cast<unsigned char>(c);
  out += {'%', digits[byte >> 4], digits[byte & 15]};
}

// A path or query as it is sent. Brackets, braces and "|^" are common in the wild and harmless;
// what could end a line, a header or a quoted string is not let through.
std::optional<std::string> encoded(std::string_view text) {
  if (!well_encoded(text)) return std::nullopt;
  std::string out;
  for (char const c : text) {
    auto const byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7f ||
        std::string_view("\\\"<>`").find(c) != std::string_view::npos) {
      return std::nullopt;
    }
    if (byte < 0x80) {
      out += c;
    } else {
      append_encoded(c, out);
    }
  }
  return out;
}

// RFC 3986 §5.2.4. `path` begins with "/".
std::string without_dot_segments(std::string_view path) {
  std::vector<std::string_view> kept;
  bool open = false;  // The path ends with a directory, so with "/".
  while (!path.empty()) {
    path.remove_prefix(1);
    auto const segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    open = path.empty() && (segment == "." || segment == "..");
    if (segment == ".." && !kept.empty()) kept.pop_back();
    if (segment != "." && segment != "..") kept.push_back(segment);
  }
  std::string out;
  for (auto const segment : kept) out.append("/").append(segment);
  if (open || out.empty()) out += '/';
  return out;
}

std::optional<std::string> read_ipv6(std::string_view text) {
  in6_addr address{};
  char out[INET6_ADDRSTRLEN];
  if (inet_pton(AF_INET6, std::string(text).c_str(), &address) != 1) return std::nullopt;
  if (inet_ntop(AF_INET6, &address, out, sizeof out) == nullptr) return std::nullopt;
  return out;
}

bool is_label(std::string_view label) {
  auto const allowed = [](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '_'; };
  return !label.empty() && label.size() <= kLabelBytesMax && std::ranges::all_of(label, allowed);
}

// A name or IPv4 address. Other spellings of IPv4 ("127.1", "0x7f000001") are refused: they reach
// hosts that a list of names would not recognise.
std::optional<std::string> read_name(std::string_view text) {
  if (text.empty() || text.size() > kHostBytesMax) return std::nullopt;
  std::string name = lower(text);
  auto rest = std::string_view(name);
  if (rest.ends_with('.')) rest.remove_suffix(1);
  std::string_view label;
  for (auto const whole = rest;; rest.remove_prefix(label.size() + 1)) {
    label = rest.substr(0, rest.find('.'));
    if (!is_label(label)) return std::nullopt;
    if (label.size() < rest.size()) continue;
    in_addr address{};
    bool const number = std::ranges::all_of(label, is_digit) || label.starts_with("0x");
    if (number && inet_pton(AF_INET, std::string(whole).c_str(), &address) != 1)
      return std::nullopt;
    return number ? std::string(whole) : name;
  }
}

std::optional<std::uint16_t> read_port(std::string_view text) {
  std::uint16_t port = 0;
  auto const end = text.data() + text.size();
  auto const [stop, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc{} || stop != end || port == 0) return std::nullopt;
  return port;
}

Result<void> read_authority(std::string_view text, Url& url) {
  if (auto const at = text.rfind('@'); at != std::string_view::npos) {
    auto const user = text.substr(0, at);
    auto const allowed = [](char c) {
      return is_unreserved(c) || is_sub_delim(c) || c == ':' || c == '%';
    };
    if (!std::ranges::all_of(user, allowed) || !well_encoded(user))
      return bad("malformed user name");
    url.userinfo = user;
    text.remove_prefix(at + 1);
  }
  bool const bracketed = text.starts_with('[');
  auto const host_end = bracketed ? text.find(']') : text.find(':');
  auto const host = text.substr(bracketed ? 1 : 0, bracketed ? host_end - 1 : host_end);
  if (bracketed && host_end == std::string_view::npos) return bad("malformed IPv6 address");
  auto const read = bracketed ? read_ipv6(host) : read_name(host);
  if (!read) return bad(bracketed ? "malformed IPv6 address" : "malformed host name");
  url.host = *read;
  url.port = default_port(url.scheme);
  text.remove_prefix(std::min(text.size(), host.size() + (bracketed ? 2 : 0)));
  if (text.empty() || text == ":") return {};
  auto const port = text.front() == ':' ? read_port(text.substr(1)) : std::nullopt;
  if (!port) return bad("malformed port");
  url.port = *port;
  return {};
}

Result<void> read_file_authority(std::string_view text, Url const& url) {
  if (!text.empty() && lower(text) != "localhost") return bad("a file URL names no host");
  if (url.query) return bad("a file URL has no query");
  return {};
}

}  // namespace

bool Url::same_origin(Url const& other) const {
  return scheme == other.scheme && host == other.host && port == other.port;
}

std::string Url::authority() const {
  auto out = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != default_port(scheme)) out += ":" + std::to_string(port);
  return out;
}

Result<Url> parse_url(std::string_view text) {
  if (text.size() > kUrlBytesMax) return too_long();
  auto const scheme = scheme_of(text);
  if (!scheme) return bad("has no scheme such as https://");
  Url url{.scheme = lower(*scheme)};
  if (url.scheme != "http" && url.scheme != "https" && url.scheme != "file") {
    return fail(Errc::unsupported_scheme, "url", url.scheme.substr(0, 32) + ":");
  }
  text.remove_prefix(scheme->size() + 1);
  if (!text.starts_with("//")) return bad("has no // after the scheme");
  text = text.substr(2, text.find('#') == std::string_view::npos ? text.npos : text.find('#') - 2);
  auto const authority = text.substr(0, text.find_first_of("/?"));
  text.remove_prefix(authority.size());
  auto const path = text.substr(0, text.find('?'));
  auto const clean = encoded(path.empty() ? "/" : path);
  if (!clean) return bad("malformed path");
  url.path = without_dot_segments(*clean);
  if (path.size() < text.size()) {
    url.query = encoded(text.substr(path.size() + 1));
    if (!url.query) return bad("malformed query");
  }
  auto const read =
      url.scheme == "file" ? read_file_authority(authority, url) : read_authority(authority, url);
  if (!read) return unexpected(read.error());
  // Encoding what is not ASCII made it longer.
  if (to_string(url).size() > kUrlBytesMax) return too_long();
  return url;
}

std::string to_string(Url const& url) {
  auto out = url.scheme + "://";
  if (!url.userinfo.empty()) out += url.userinfo + "@";
  out += url.authority() + url.path;
  if (url.query) out += "?" + *url.query;
  return out;
}

Result<Url> resolve_url(Url const& base, std::string_view reference) {
  if (reference.size() > kUrlBytesMax) return too_long();
  if (scheme_of(reference)) {
    auto url = parse_url(reference);
    if (url && url->scheme == "file" && base.scheme != "file") {
      return fail(Errc::unsupported_scheme, "url", "a remote document leads to a local file");
    }
    return url;
  }
  if (reference.starts_with("//")) return parse_url(base.scheme + ":" + std::string(reference));
  auto root = base;
  root.path.clear();
  root.query.reset();
  auto text = to_string(root);
  if (reference.starts_with('/')) return parse_url(text.append(reference));
  if (reference.empty() || reference.starts_with('#')) return base;
  if (reference.starts_with('?')) return parse_url(text.append(base.path).append(reference));
  return parse_url(text.append(base.path, 0, base.path.rfind('/') + 1).append(reference));
}

Result<std::string> local_path(Url const& url) {
  if (url.scheme != "file") return bad("is no file URL");
  std::string out;
  for (std::size_t i = 0; i < url.path.size(); ++i) {
    char c = url.path[i];
    if (c == '%') {
      c = static_cast<char>(hex_value(url.path[i + 1]) * 16 + hex_value(url.path[i + 2]));
      if (c == '/' || c == '\0') return bad("has an encoded slash or zero byte");
      i += 2;
    }
    out += c;
  }
  return out;
}

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (char const c : text) {
    if (is_unreserved(c)) {
      out += c;
    } else {
      append_encoded(c, out);
    }
  }
  return out;
}

std::string redact(std::string_view text) {
  if (auto url = parse_url(text)) {
    url->userinfo.clear();
    url->query.reset();
    return to_string(*url);
  }
  // Where user name, host and query begin and end is anyone's guess here.
  if (text.find('@') != std::string_view::npos) return "(malformed URL)";
  std::string out(text.substr(0, std::min(text.find_first_of("?#"), std::size_t{256})));
  std::ranges::replace_if(
      out, [](char c) { return c <= 0x20 || c >= 0x7f; }, '?');
  return out;
}

}  // namespace freshet
