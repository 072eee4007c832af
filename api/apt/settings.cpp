#include "api/apt/settings.h"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace freshet::apt {

namespace {

constexpr Bytes kSizeMin = 1U << 20;
constexpr std::uint64_t kPatienceSeconds = 30;
constexpr std::size_t kItemsMax = 100'000;
constexpr std::string_view kHosts = "acquire::freshet::hosts::";

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// "%20" as apt writes it; what is no such escape stays.
std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    bool const escape = text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
                        hex_value(text[i + 2]) >= 0;
    out +=
        escape ? static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2])) : text[i];
    if (escape) i += 2;
  }
  return out;
}

bool is_yes(std::string const& text) {
  return text == "1" || text == "yes" || text == "true" || text == "on" || text == "enable";
}

bool fits(std::string_view host, std::string_view pattern) {
  if (pattern == "*" || pattern == host) return true;
  return pattern.starts_with("*.") && host.ends_with(pattern.substr(1));
}

}  // namespace

Settings::Settings(Message const& configuration) {
  for (auto const& [name, value] : configuration.fields) {
    auto const equals = value.find('=');
    if (lower(name) != "config-item" || equals == std::string::npos) continue;
    if (items_.size() >= kItemsMax) break;
    auto const key = lower(decoded(std::string_view(value).substr(0, equals)));
    auto item = decoded(std::string_view(value).substr(equals + 1));
    if (key.starts_with(kHosts)) hosts_.push_back(lower(item));
    items_[key] = std::move(item);
  }
}

std::string Settings::text(std::string const& name) const {
  auto const found = items_.find(name);
  return found == items_.end() ? std::string() : found->second;
}

std::optional<std::uint64_t> Settings::number(std::string const& name) const {
  auto const value = text(name);
  std::uint64_t number = 0;
  auto const end = value.data() + value.size();
  auto const parsed = std::from_chars(value.data(), end, number);
  if (value.empty() || parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return number;
}

bool Settings::any_below(std::string const& name) const {
  auto const first = items_.lower_bound(name);
  return first != items_.end() && first->first.starts_with(name);
}

Bytes Settings::size_min() const {
  return number("acquire::freshet::minimum-size").value_or(kSizeMin);
}

Duration Settings::patience() const {
  auto const seconds = number("acquire::freshet::timeout").value_or(kPatienceSeconds);
  return std::chrono::seconds{std::clamp<std::uint64_t>(seconds, 1, 86'400)};
}

bool Settings::off() const {
  return is_yes(lower(text("acquire::freshet::off")));
}

bool Settings::chosen(std::string_view host) const {
  return std::ranges::any_of(hosts_, [&](auto const& pattern) { return fits(host, pattern); });
}

std::optional<std::string> Settings::proxy(std::string const& scheme,
                                           std::string const& host) const {
  if (any_below("acquire::" + scheme + "::proxy-auto-detect") ||
      any_below("acquire::" + scheme + "::proxyautodetect")) {
    return std::nullopt;
  }
  auto proxy = text("acquire::" + scheme + "::proxy::" + host);
  if (proxy.empty()) proxy = text("acquire::" + scheme + "::proxy");
  // https goes by the proxy of http where it has none of its own.
  if (proxy.empty() && scheme == "https") return this->proxy("http", host);
  return proxy == "DIRECT" || proxy == "false" ? std::string("-") : proxy;
}

BytesPerSecond Settings::limit(std::string const& scheme) const {
  auto const kib = number("acquire::" + scheme + "::dl-limit").value_or(0);
  return {std::min<std::uint64_t>(kib, UINT32_MAX) * 1024};
}

bool Settings::own_certificates(std::string const& host) const {
  for (auto const* const name : {"cainfo", "capath", "verify-peer", "verify-host", "sslcert",
                                 "crlfile", "issuercert", "sslkey", "verify"}) {
    auto const item = std::string("acquire::https::") + name;
    if (any_below(item) || any_below("acquire::https::" + host + "::" + name)) return true;
  }
  return false;
}

}  // namespace freshet::apt
