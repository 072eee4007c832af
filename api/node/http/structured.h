// Structured fields (RFC 8941): dictionaries read, tokens and strings written.
//
// Pure; any thread. Hostile input: a field that is malformed anywhere is nothing as a whole.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace freshet::node {

struct SfToken {
  std::string text;
  bool operator==(SfToken const&) const = default;
};
struct SfBytes {
  std::string base64;
  bool operator==(SfBytes const&) const = default;
};
struct SfInnerList {
  bool operator==(SfInnerList const&) const = default;
};
// Parameters are read over, and so is what an inner list holds.
using SfValue =
    std::variant<bool, std::int64_t, double, std::string, SfToken, SfBytes, SfInnerList>;

struct SfMember {
  std::string key;
  SfValue value;
};
// Each key once: the last one counts (§4.2.2).
[[nodiscard]] std::optional<std::vector<SfMember>> parse_dictionary(std::string_view text);

// As a token where it can be one, else as a string; what neither can hold becomes "?".
[[nodiscard]] std::string to_item(std::string_view text);
// Always a string.
[[nodiscard]] std::string to_sf_string(std::string_view text);

}  // namespace freshet::node
