// Reads JSON from left to right, for the few small documents of that form which the engine meets.
//
// Pure; any thread. The caller says what it expects next; a call that does not find it returns
// false or nothing, and then the document is to be refused. No tree is built, nothing is nested
// beyond a limit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace freshet {

class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : rest_(text) {}

  // `c` after white space: one of the characters that give JSON its structure.
  [[nodiscard]] bool take(char c);
  [[nodiscard]] bool at_end();

  // Without its quotes. Strings with escapes other than "\/" are refused: nothing the engine reads
  // has them.
  [[nodiscard]] std::optional<std::string> string();
  // A number without sign, fraction and exponent.
  [[nodiscard]] std::optional<std::uint64_t> number();
  // Any value, passed over.
  [[nodiscard]] bool skip();

 private:
  bool skip(std::size_t depth);
  bool skip_string();
  bool skip_container(char close, bool keys, std::size_t depth);
  bool skip_scalar();
  void skip_space();

  std::string_view rest_;
};

}  // namespace freshet
