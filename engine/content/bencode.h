// Bencoding (BEP 3), strictly: what is read has one spelling only, so reading and writing again
// gives the same bytes and an info-hash cannot be had two ways.
//
// Pure; any thread. Values are views into the text they were read from, which must outlive them.
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

inline constexpr std::size_t kBencodeDepthMax = 32;
inline constexpr std::size_t kBencodeValuesMax = 100'000;

class BencodeValue {
 public:
  using List = std::vector<BencodeValue>;
  using Dict = std::vector<std::pair<std::string_view, BencodeValue>>;  // Sorted by key.

  BencodeValue(std::variant<std::int64_t, std::string_view, List, Dict> value,
               std::string_view encoded)
      : value_(std::move(value)), encoded_(encoded) {}

  // Null, or nothing, when the value is of another type.
  [[nodiscard]] std::optional<std::int64_t> integer() const;
  [[nodiscard]] std::optional<std::string_view> string() const;
  [[nodiscard]] List const* list() const { return std::get_if<List>(&value_); }
  [[nodiscard]] Dict const* dict() const { return std::get_if<Dict>(&value_); }
  // The entry of a dictionary; null without it, and for what is no dictionary.
  [[nodiscard]] BencodeValue const* find(std::string_view key) const;
  // The bytes it was read from.
  [[nodiscard]] std::string_view encoded() const { return encoded_; }

 private:
  std::variant<std::int64_t, std::string_view, List, Dict> value_;
  std::string_view encoded_;
};

// One value and nothing after it. manifest_invalid for unsorted or repeated keys, leading zeros,
// "-0", numbers beyond 64 bits, anything cut off, and beyond the limits above.
[[nodiscard]] Result<BencodeValue> parse_bencode(std::string_view text);

// Writes a value from left to right. Asserts that keys come sorted and that every begin has its
// end.
class BencodeWriter {
 public:
  BencodeWriter& integer(std::int64_t value);
  BencodeWriter& string(std::string_view value);
  BencodeWriter& begin_list();
  BencodeWriter& begin_dict();
  BencodeWriter& key(std::string_view key);
  BencodeWriter& end();
  // A value that is encoded already.
  BencodeWriter& encoded(std::string_view value);

  [[nodiscard]] std::string take();

 private:
  std::string text_;
  std::vector<std::optional<std::string>> last_keys_;  // Of each open container; lists have none.
};

}  // namespace freshet
