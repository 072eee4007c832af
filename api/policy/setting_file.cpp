#include "api/policy/setting_file.h"

// The parser asserts what hostile files break (a key after a dot): it goes on to throw without
// that.
#undef NDEBUG
#define TOML_ASSERT(holds) static_cast<void>(0)
#define TOML_EXCEPTIONS 1
#include <toml++/toml.h>

namespace freshet {

namespace {

SettingValue::Table plain(toml::table const& table);

SettingValue plain(toml::node const& node) {
  SettingValue out;
  out.line = node.source().begin.line;
  if (auto const* const flag = node.as_boolean()) out.value = flag->get();
  if (auto const* const number = node.as_integer()) out.value = number->get();
  if (auto const* const text = node.as_string()) out.value = text->get();
  if (auto const* const table = node.as_table()) out.value = plain(*table);
  if (auto const* const list = node.as_array()) {
    SettingValue::List entries;
    for (auto const& entry : *list) entries.push_back(plain(entry));
    out.value = std::move(entries);
  }
  return out;
}

SettingValue::Table plain(toml::table const& table) {
  SettingValue::Table out;
  for (auto const& [key, value] : table) out.push_back({std::string(key.str()), plain(value)});
  return out;
}

}  // namespace

Result<SettingValue::Table> parse_settings(std::string_view text, std::string const& path) {
  if (text.size() > kSettingFileBytesMax) {
    return fail(Errc::invalid_argument, path, "is larger than 1 MiB");
  }
  try {
    return plain(static_cast<toml::table const&>(toml::parse(text)));
  } catch (toml::parse_error const& error) {
    return fail(Errc::invalid_argument, path,
                "line " + std::to_string(error.source().begin.line) + ": " +
                    std::string(error.description()));
  }
}

void SettingReader::wrong(SettingValue const& at, std::string const& what) {
  mistakes_.push_back("line " + std::to_string(at.line) + ": " + what);
}

Result<void> SettingReader::verdict() const {
  if (mistakes_.empty()) return {};
  std::string all;
  for (auto const& mistake : mistakes_) all += (all.empty() ? "" : "; ") + mistake;
  return fail(Errc::invalid_argument, path_, std::move(all));
}

std::string SettingReader::place_of(SettingValue const& at) const {
  return path_ + ":" + std::to_string(at.line);
}

std::optional<std::uint64_t> SettingReader::number(std::string const& key, SettingValue const& from,
                                                   std::uint64_t least, std::uint64_t most) {
  auto const* const value = from.as<std::int64_t>();
  auto const given = value == nullptr ? 0 : static_cast<std::uint64_t>(*value);
  if (value != nullptr && *value >= 0 && given >= least && given <= most) return given;
  auto const bounds =
      std::to_string(least) + (most == UINT64_MAX ? " on" : " to " + std::to_string(most));
  wrong(from, key + " is no number from " + bounds);
  return std::nullopt;
}

void SettingReader::take(std::string const& key, SettingValue const& from, std::string& to) {
  auto const* const text = from.as<std::string>();
  if (text == nullptr) return wrong(from, key + " is no text");
  to = *text;
}

void SettingReader::take(std::string const& key, SettingValue const& from, bool& to) {
  auto const* const flag = from.as<bool>();
  if (flag == nullptr) return wrong(from, key + " is neither true nor false");
  to = *flag;
}

void SettingReader::take(std::string const& key, SettingValue const& from,
                         std::optional<bool>& to) {
  bool flag = false;
  auto const before = mistakes();
  take(key, from, flag);
  if (mistakes() == before) to = flag;
}

void SettingReader::take(std::string const& key, SettingValue const& from,
                         std::vector<std::string>& to) {
  for (auto& [text, entry] : texts(key, from)) to.push_back(std::move(text));
}

void SettingReader::take_path(std::string const& key, SettingValue const& from, std::string& to) {
  take(key, from, to);
  if (!to.starts_with('/')) wrong(from, key + " is no absolute path");
}

SettingValue::Table const* SettingReader::table(std::string_view key, SettingValue const& from) {
  auto const* const table = from.as<SettingValue::Table>();
  if (table == nullptr) wrong(from, std::string(key) + " is no table");
  return table;
}

std::vector<std::pair<std::string, SettingValue const*>> SettingReader::texts(
    std::string const& key, SettingValue const& from) {
  std::vector<std::pair<std::string, SettingValue const*>> found;
  auto const* const list = from.as<SettingValue::List>();
  if (list == nullptr || list->size() > list_max_) {
    wrong(from, key + " is no list of texts");
    return found;
  }
  for (auto const& entry : *list) {
    auto const* const text = entry.as<std::string>();
    if (text == nullptr) wrong(entry, key + " is no list of texts");
    if (text != nullptr) found.emplace_back(*text, &entry);
  }
  return found;
}

}  // namespace freshet
