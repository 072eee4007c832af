#include "api/machine/dhcp_options.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <vector>

namespace freshet {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFilesMax = 64;
constexpr std::size_t kLinesMax = 10'000;  // dhclient appends lease after lease.
constexpr std::size_t kTextBytesMax = 1024;

bool printable(std::string_view text) {
  return text.size() <= kTextBytesMax &&
         std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

std::vector<fs::path> files_in(fs::path const& directory, std::string_view ending) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator next(directory, error), end; !error && next != end;
       next.increment(error)) {
    if (files.size() == kFilesMax) break;
    if (next->path().string().ends_with(ending)) files.push_back(next->path());
  }
  std::ranges::sort(files);
  return files;
}

// What stands behind the last `key` of a file, without the blanks before it.
std::optional<std::string> last_value(fs::path const& path, std::string_view key) {
  std::optional<std::string> value;
  std::ifstream file(path);
  std::string line;
  for (std::size_t i = 0; i < kLinesMax && std::getline(file, line); ++i) {
    std::string_view rest = line;
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    if (!rest.starts_with(key)) continue;
    rest.remove_prefix(key.size());
    value = std::string(rest);
  }
  return value;
}

// dhclient writes `"text";` or bytes, `61:62;`.
std::optional<std::string> text_of_dhclient(std::string_view value) {
  if (value.ends_with(';')) value.remove_suffix(1);
  bool const quoted = value.size() >= 2 && value.starts_with('"') && value.ends_with('"');
  if (!quoted) return text_of_hex(value);
  value = value.substr(1, value.size() - 2);
  return printable(value) && value.find('\\') == std::string_view::npos
             ? std::optional(std::string(value))
             : std::nullopt;
}

}  // namespace

std::optional<std::string> text_of_hex(std::string_view hex) {
  auto const digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  std::string text;
  while (!hex.empty()) {
    auto const length = std::min(hex.find(':'), std::size_t{2});
    auto const high = length == 2 ? digit(hex[0]) : 0;
    auto const low = length > 0 && hex.size() >= length ? digit(hex[length - 1]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    text += static_cast<char>(high * 16 + low);
    hex.remove_prefix(length);
    if (hex.starts_with(':')) hex.remove_prefix(1);
  }
  if (text.empty() || !printable(text)) return std::nullopt;
  return text;
}

std::string dhcp_option(std::string const& root, unsigned number) {
  auto const name = std::to_string(number);
  for (auto const& lease : files_in(fs::path(root) / "run/systemd/netif/leases", "")) {
    auto const value = last_value(lease, "OPTION_" + name + "=");
    if (auto text = value ? text_of_hex(*value) : std::nullopt) return std::move(*text);
  }
  for (auto const* const place : {"var/lib/dhcp", "var/lib/NetworkManager"}) {
    for (auto const& lease : files_in(fs::path(root) / place, ".leases")) {
      auto const value = last_value(lease, "option unknown-" + name + " ");
      if (auto text = value ? text_of_dhclient(*value) : std::nullopt) return std::move(*text);
    }
  }
  return {};
}

}  // namespace freshet
