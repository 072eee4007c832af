#include "api/node/http/structured.h"

#include <algorithm>
#include <cstdlib>

#include "api/node/http/text.h"

namespace freshet::node {

namespace {

constexpr std::size_t kMembersMax = 128;
constexpr std::size_t kIntegerDigitsMax = 15;
constexpr std::size_t kFractionDigitsMax = 3;

bool is_lower_alpha(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_key_char(char c) {
  return is_lower_alpha(c) || is_digit(c) ||
         std::string_view("_-.*").find(c) != std::string_view::npos;
}
bool is_sf_token_char(char c) {
  return is_token_char(c) || c == ':' || c == '/';
}
bool is_base64_char(char c) {
  return is_alpha(c) || is_digit(c) || c == '+' || c == '/' || c == '=';
}

// One pass from left to right (RFC 8941 §4.2). What returns false or nothing ends it.
class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}

  bool members(std::vector<SfMember>& members);

 private:
  [[nodiscard]] char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  bool skip(char c) {
    if (peek() != c || rest_.empty()) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void skip_blanks(bool tabs) {
    while (peek() == ' ' || (tabs && peek() == '\t')) rest_.remove_prefix(1);
  }
  template <typename Is>
  std::string take_while(Is is) {
    auto const end = std::ranges::find_if_not(rest_, is);
    std::string taken(rest_.begin(), end);
    rest_.remove_prefix(taken.size());
    return taken;
  }

  std::optional<std::string> key();
  std::optional<SfValue> item();
  std::optional<SfValue> bare_item();
  std::optional<SfValue> number();
  std::optional<SfValue> string();
  std::optional<SfValue> bytes();
  std::optional<SfValue> inner_list();
  bool parameters();

  std::string_view rest_;
};

std::optional<std::string> Parser::key() {
  if (!is_lower_alpha(peek()) && peek() != '*') return std::nullopt;
  return take_while(is_key_char);
}

std::optional<SfValue> Parser::number() {
  bool const negative = skip('-');
  auto const whole = take_while(is_digit);
  if (whole.empty() || whole.size() > kIntegerDigitsMax) return std::nullopt;
  if (!skip('.')) {
    auto const value = static_cast<std::int64_t>(*parse_number(whole));
    return negative ? -value : value;
  }
  auto const fraction = take_while(is_digit);
  if (whole.size() > kIntegerDigitsMax - kFractionDigitsMax || fraction.empty() ||
      fraction.size() > kFractionDigitsMax) {
    return std::nullopt;
  }
  auto const value = std::strtod((whole + "." + fraction).c_str(), nullptr);
  return negative ? -value : value;
}

std::optional<SfValue> Parser::string() {
  std::string text;
  for (rest_.remove_prefix(1); !rest_.empty(); rest_.remove_prefix(1)) {
    char c = peek();
    if (c == '"') {
      rest_.remove_prefix(1);
      return text;
    }
    if (c == '\\') {
      rest_.remove_prefix(1);
      c = peek();
      if (c != '"' && c != '\\') return std::nullopt;
    }
    if (c < 0x20 || c > 0x7e) return std::nullopt;
    text += c;
  }
  return std::nullopt;
}

std::optional<SfValue> Parser::bytes() {
  rest_.remove_prefix(1);
  auto text = take_while(is_base64_char);
  if (!skip(':')) return std::nullopt;
  return SfBytes{std::move(text)};
}

std::optional<SfValue> Parser::bare_item() {
  char const c = peek();
  if (c == '-' || is_digit(c)) return number();
  if (c == '"') return string();
  if (c == ':') return bytes();
  if (c == '*' || is_alpha(c)) return SfToken{take_while(is_sf_token_char)};
  if (!skip('?')) return std::nullopt;
  if (skip('1')) return true;
  if (skip('0')) return false;
  return std::nullopt;
}

bool Parser::parameters() {
  while (skip(';')) {
    skip_blanks(false);
    if (!key()) return false;
    if (skip('=') && !bare_item()) return false;
  }
  return true;
}

std::optional<SfValue> Parser::item() {
  auto value = bare_item();
  if (!value || !parameters()) return std::nullopt;
  return value;
}

std::optional<SfValue> Parser::inner_list() {
  rest_.remove_prefix(1);
  while (!rest_.empty()) {
    skip_blanks(false);
    if (skip(')')) return parameters() ? std::optional<SfValue>(SfInnerList{}) : std::nullopt;
    if (!item() || (peek() != ' ' && peek() != ')')) return std::nullopt;
  }
  return std::nullopt;
}

bool Parser::members(std::vector<SfMember>& members) {
  skip_blanks(false);
  while (!rest_.empty()) {
    auto name = key();
    if (!name || members.size() == kMembersMax) return false;
    std::optional<SfValue> value = true;
    if (skip('=')) {
      value = peek() == '(' ? inner_list() : item();
    } else if (!parameters()) {
      return false;
    }
    if (!value) return false;
    std::erase_if(members, [&](SfMember const& member) { return member.key == *name; });
    members.push_back({std::move(*name), std::move(*value)});
    skip_blanks(true);
    if (rest_.empty()) return true;
    if (!skip(',')) return false;
    skip_blanks(true);
    if (rest_.empty()) return false;
  }
  return true;
}

}  // namespace

std::optional<std::vector<SfMember>> parse_dictionary(std::string_view text) {
  std::vector<SfMember> members;
  if (!Parser(text).members(members)) return std::nullopt;
  return members;
}

std::string to_sf_string(std::string_view text) {
  std::string out = "\"";
  for (char const c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c >= 0x20 && c < 0x7f ? c : '?';
  }
  return out += '"';
}

std::string to_item(std::string_view text) {
  bool const token = !text.empty() && (is_alpha(text.front()) || text.front() == '*') &&
                     std::ranges::all_of(text, is_sf_token_char);
  return token ? std::string(text) : to_sf_string(text);
}

}  // namespace freshet::node
