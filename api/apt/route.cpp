#include "api/apt/route.h"

#include <charconv>

#include "engine/base/url.h"

namespace freshet::apt {

namespace {

constexpr std::string_view kPrefix = "freshet+";

std::optional<Bytes> number_in(std::string_view text) {
  Bytes number = 0;
  auto const parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  bool const whole = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
  return whole && !text.empty() ? std::optional(number) : std::nullopt;
}

bool may_go(Url const& url, bool prefixed, Settings const& settings) {
  bool const certificates = url.scheme == "https" && settings.own_certificates(url.host);
  bool const web = url.scheme == "http" || url.scheme == "https";
  return web && url.userinfo.empty() && !certificates && (prefixed || settings.chosen(url.host));
}

}  // namespace

bool is_ours(std::string_view uri) {
  return uri.starts_with(kPrefix);
}

std::string plain(std::string_view uri) {
  return std::string(is_ours(uri) ? uri.substr(kPrefix.size()) : uri);
}

std::string ours(std::string_view uri) {
  return is_ours(uri) ? std::string(uri) : std::string(kPrefix) + std::string(uri);
}

std::optional<Wish> wish_of(Message const& acquire, Settings const& settings) {
  auto const sha256 = digest_from_hex(acquire.get("Expected-SHA256"));
  auto const size = number_in(acquire.get("Expected-Checksum-FileSize"));
  auto const file = acquire.get("Filename");
  // Lists are small and change; what is there already is asked for conditionally.
  bool const list = acquire.has("Index-File") || acquire.has("Last-Modified");
  bool const large = sha256 && size && *size >= settings.size_min();
  if (settings.off() || list || !large || !file.starts_with('/')) return std::nullopt;
  auto const uri = acquire.get("URI");
  auto const url = parse_url(plain(uri));
  if (!url || !may_go(*url, is_ours(uri), settings)) return std::nullopt;
  auto const proxy = settings.proxy(url->scheme, url->host);
  if (!proxy) return std::nullopt;
  return Wish{
      std::string(uri),           to_string(*url), std::string(file), *sha256, *size, *proxy,
      settings.limit(url->scheme)};
}

}  // namespace freshet::apt
