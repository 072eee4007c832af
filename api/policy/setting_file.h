// A file of settings as plain values that know their lines, and what reads them one by one: all
// mistakes are told at once, each with its line.
//
// Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "freshet/error.h"

namespace freshet {

inline constexpr std::size_t kSettingFileBytesMax = 1 << 20;

struct SettingEntry;

struct SettingValue {
  using List = std::vector<SettingValue>;
  using Table = std::vector<SettingEntry>;
  // monostate: of a kind that settings do not have, as dates.
  std::variant<std::monostate, bool, std::int64_t, std::string, List, Table> value;
  std::size_t line = 0;

  template <typename T>
  [[nodiscard]] T const* as() const {
    return std::get_if<T>(&value);
  }
};

struct SettingEntry {
  std::string key;
  SettingValue value;
};

// TOML, as one table; `path` names the file in errors: invalid_argument.
[[nodiscard]] Result<SettingValue::Table> parse_settings(std::string_view text,
                                                         std::string const& path);

class SettingReader {
 public:
  // `list_max`: entries of one list.
  SettingReader(std::string const& path, std::size_t list_max) : path_(path), list_max_(list_max) {}

  void wrong(SettingValue const& at, std::string const& what);
  [[nodiscard]] std::size_t mistakes() const { return mistakes_.size(); }
  // invalid_argument with all mistakes, if there was one.
  [[nodiscard]] Result<void> verdict() const;
  // "/etc/freshet/freshet.toml:7"
  [[nodiscard]] std::string place_of(SettingValue const& at) const;

  // Each says what is wrong where the value is not what it must be.
  [[nodiscard]] std::optional<std::uint64_t> number(std::string const& key,
                                                    SettingValue const& from, std::uint64_t least,
                                                    std::uint64_t most = UINT64_MAX);
  void take(std::string const& key, SettingValue const& from, std::string& to);
  void take(std::string const& key, SettingValue const& from, bool& to);
  void take(std::string const& key, SettingValue const& from, std::optional<bool>& to);
  void take(std::string const& key, SettingValue const& from, std::vector<std::string>& to);
  void take_path(std::string const& key, SettingValue const& from, std::string& to);
  [[nodiscard]] SettingValue::Table const* table(std::string_view key, SettingValue const& from);
  // Those entries of a list that are texts.
  [[nodiscard]] std::vector<std::pair<std::string, SettingValue const*>> texts(
      std::string const& key, SettingValue const& from);

 private:
  std::string const& path_;
  std::size_t const list_max_;
  std::vector<std::string> mistakes_;
};

}  // namespace freshet
