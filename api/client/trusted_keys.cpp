#include "api/client/trusted_keys.h"

#include "api/small_file.h"

namespace freshet {

namespace {

constexpr std::size_t kKeysBytesMax = 65536;
constexpr std::string_view kBlank = " \t\r";
constexpr std::string_view kComment = "untrusted comment:";

std::string_view trimmed(std::string_view text) {
  auto const begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) + 1 - begin);
}

Result<void> add_line(std::string_view line, std::string const& where, TrustedKeys& keys) {
  auto const end = std::min(line.find_first_of(kBlank), line.size());
  auto const key = parse_public_key(line.substr(0, end));
  if (!key) return fail(key.error().code, where, key.error().why);
  std::string name(trimmed(line.substr(end)));
  if (name.empty()) name = "key " + to_string(key->id);
  return keys.add(*key, std::move(name));
}

Result<void> add_file(std::string const& path, TrustedKeys& keys) {
  auto const text = read_small_file(path, kKeysBytesMax);
  if (!text) return unexpected(text.error());
  return add_key_lines(*text, path, keys);
}

}  // namespace

Result<void> add_key_lines(std::string_view text, std::string const& where, TrustedKeys& keys) {
  std::size_t number = 0;
  while (!text.empty()) {
    auto const end = std::min(text.find('\n'), text.size());
    auto const line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.empty() || line.starts_with('#') || line.starts_with(kComment)) continue;
    auto const added = add_line(line, where + ":" + std::to_string(number), keys);
    if (!added) return added;
  }
  return {};
}

Result<TrustedKeys> read_trusted_keys(std::vector<std::string> const& entries,
                                      std::string const& data_dir) {
  TrustedKeys keys;
  for (auto const& entry : entries) {
    auto const added =
        entry.starts_with('/') ? add_file(entry, keys) : add_line(entry, "trusted key", keys);
    if (!added) return unexpected(added.error());
  }
  auto const added = add_file(data_dir + "/trusted_keys", keys);
  if (!added && added.error().code != Errc::not_found) return unexpected(added.error());
  return keys;
}

Result<std::string> read_public_key(std::string const& text_or_path) {
  if (auto const key = parse_public_key(text_or_path)) return to_base64(*key);
  auto const text = read_small_file(text_or_path, kKeysBytesMax);
  if (!text) return unexpected(text.error());
  auto const key = parse_public_key(*text);
  if (!key) return fail(key.error().code, text_or_path, key.error().why);
  return to_base64(*key);
}

}  // namespace freshet
