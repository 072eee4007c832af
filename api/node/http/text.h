// Characters and small words of HTTP (RFC 9110 §5.6). Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace freshet::node {

[[nodiscard]] constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
[[nodiscard]] constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
[[nodiscard]] constexpr bool is_alpha(char c) {
  return lower(c) >= 'a' && lower(c) <= 'z';
}
[[nodiscard]] constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t';
}
// What names of fields, methods and directives are made of.
[[nodiscard]] bool is_token_char(char c);
// Not empty, and made of such characters alone.
[[nodiscard]] bool is_token(std::string_view text);
// Printable, blanks, and bytes from 0x80 on: what a field's value may hold.
[[nodiscard]] bool is_field_value(std::string_view text);

// Without regard to the case of ASCII letters.
[[nodiscard]] bool same_word(std::string_view a, std::string_view b);
[[nodiscard]] std::string lowered(std::string_view text);
// Without spaces and tabs at both ends.
[[nodiscard]] std::string_view trimmed(std::string_view text);

// Digits alone; nothing for others and for what does not fit.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text);

// Takes the elements of a comma-separated list one by one; commas within quoted strings separate
// nothing. Empty elements are left out. In entity tags a backslash is a character like others.
class ListReader {
 public:
  explicit ListReader(std::string_view list, bool escapes = true)
      : rest_(list), escapes_(escapes) {}
  [[nodiscard]] std::optional<std::string_view> next();

 private:
  std::string_view rest_;
  bool escapes_;
};

// Whether a list of tokens, as Connection's, has this one.
[[nodiscard]] bool lists_word(std::string_view list, std::string_view word);

// "%41" is "A"; nothing where an escape is none.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text);

// The text of a quoted string; nothing when it is none as a whole.
[[nodiscard]] std::optional<std::string> unquoted(std::string_view text);

}  // namespace freshet::node
