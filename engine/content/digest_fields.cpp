#include "engine/content/digest_fields.h"

#include <algorithm>

#include "engine/base/base64.h"

namespace freshet {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_alpha(char c) {
  return is_lower(c) || (c >= 'A' && c <= 'Z');
}
bool is_in(char c, std::string_view set) {
  return set.find(c) != std::string_view::npos;
}

std::optional<Digest> to_digest(std::string_view base64) {
  Digest digest;
  auto const bytes = from_base64(base64);
  if (!bytes || bytes->size() != digest.bytes.size()) return std::nullopt;
  std::ranges::copy(*bytes, digest.bytes.begin());
  return digest;
}

// A dictionary of RFC 8941 §4.2.2, read to its end because one flaw makes the whole field void.
class Dictionary {
 public:
  explicit Dictionary(std::string_view text) : rest_(text) {}

  // The text between the colons of member `wanted`, if that is a byte sequence; the last one
  // counts. False when the field is malformed.
  bool find(std::string_view wanted, std::optional<std::string_view>& found) {
    skip(" ");
    while (!rest_.empty()) {
      std::optional<std::string_view> bytes;
      auto const member = key();
      if (member.empty()) return false;
      if (take('=') && !value(bytes)) return false;
      if (!parameters()) return false;
      if (member == wanted) found = bytes;
      if (!next_member()) return false;
    }
    return true;
  }

 private:
  void skip(std::string_view set) {
    while (!rest_.empty() && is_in(rest_.front(), set)) rest_.remove_prefix(1);
  }

  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  template <typename Allowed>
  std::string_view run(Allowed const& allowed) {
    auto const size =
        static_cast<std::size_t>(std::ranges::find_if_not(rest_, allowed) - rest_.begin());
    auto const text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return text;
  }

  std::string_view key() {
    if (rest_.empty() || !(is_lower(rest_.front()) || rest_.front() == '*')) return {};
    return run([](char c) { return is_lower(c) || is_digit(c) || is_in(c, "_-.*"); });
  }

  // Nothing follows, or a comma and another member.
  bool next_member() {
    skip(" \t");
    if (rest_.empty()) return true;
    if (!take(',')) return false;
    skip(" \t");
    return !rest_.empty();
  }

  bool value(std::optional<std::string_view>& bytes) {
    return rest_.starts_with('(') ? inner_list() : item(bytes);
  }

  bool inner_list() {
    std::optional<std::string_view> ignored;
    take('(');
    for (skip(" "); !take(')'); skip(" ")) {
      if (!item(ignored) || !parameters()) return false;
      if (!rest_.starts_with(' ') && !rest_.starts_with(')')) return false;
    }
    return true;
  }

  bool parameters() {
    std::optional<std::string_view> ignored;
    while (take(';')) {
      skip(" ");
      if (key().empty() || (take('=') && !item(ignored))) return false;
    }
    return true;
  }

  bool item(std::optional<std::string_view>& bytes) {
    if (rest_.empty()) return false;
    char const first = rest_.front();
    if (first == ':') return byte_sequence(bytes);
    if (first == '"') return string();
    if (take('?')) return take('0') || take('1');
    if (first == '-' || is_digit(first)) return number();
    if (!is_alpha(first) && first != '*') return false;
    run([](char c) { return is_alpha(c) || is_digit(c) || is_in(c, "!#$%&'*+-.^_`|~:/"); });
    return true;
  }

  bool byte_sequence(std::optional<std::string_view>& bytes) {
    take(':');
    auto const text = run([](char c) { return is_alpha(c) || is_digit(c) || is_in(c, "+/="); });
    bytes = text;
    return take(':');
  }

  bool string() {
    take('"');
    while (!rest_.empty() && !rest_.starts_with('"')) {
      if (take('\\') && !rest_.starts_with('"') && !rest_.starts_with('\\')) return false;
      if (rest_.front() < ' ' || rest_.front() > '~') return false;
      rest_.remove_prefix(1);
    }
    return take('"');
  }

  bool number() {
    take('-');
    auto const whole = run(is_digit).size();
    if (whole == 0 || whole > 15) return false;
    if (!take('.')) return true;
    auto const fraction = run(is_digit).size();
    return whole <= 12 && fraction >= 1 && fraction <= 3;
  }

  std::string_view rest_;
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_in(text.front(), " \t")) text.remove_prefix(1);
  while (!text.empty() && is_in(text.back(), " \t")) text.remove_suffix(1);
  return text;
}

bool is_sha256(std::string_view algorithm) {
  return std::ranges::equal(algorithm, std::string_view("sha-256"), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

}  // namespace

std::optional<Digest> sha256_from_digest_field(std::string_view value) {
  std::optional<std::string_view> found;
  if (value.size() > kDigestFieldBytesMax) return std::nullopt;
  if (!Dictionary(value).find("sha-256", found) || !found) return std::nullopt;
  return to_digest(*found);
}

std::optional<Digest> sha256_from_old_digest_field(std::string_view value) {
  if (value.size() > kDigestFieldBytesMax) return std::nullopt;
  std::optional<Digest> found;
  while (!value.empty()) {
    auto const comma = std::min(value.find(','), value.size());
    auto const member = trimmed(value.substr(0, comma));
    value.remove_prefix(std::min(comma + 1, value.size()));
    auto const equals = member.find('=');
    if (member.empty()) continue;  // RFC 9110 §5.6.1: empty list elements are ignored.
    if (equals == std::string_view::npos) return std::nullopt;
    if (!is_sha256(member.substr(0, equals))) continue;
    auto const digest = to_digest(member.substr(equals + 1));
    if (!digest || (found && found != digest)) return std::nullopt;
    found = digest;
  }
  return found;
}

std::string to_digest_field(Digest const& sha256) {
  return "sha-256=:" + to_base64(sha256.bytes) + ":";
}

}  // namespace freshet
