#include "engine/content/bencode.h"

#include <algorithm>
#include <charconv>

#include "engine/base/assert.h"

namespace freshet {

namespace {

class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text), size_(text.size()) {}

  Result<BencodeValue> whole() {
    auto value = read(0);
    if (value && !rest_.empty()) return bad("has bytes after its end");
    return value;
  }

 private:
  [[nodiscard]] tl::unexpected<Error> bad(std::string_view why) const {
    return fail(Errc::manifest_invalid, "byte " + std::to_string(size_ - rest_.size()),
                std::string(why));
  }

  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  Result<BencodeValue> read(std::size_t depth) {
    if (depth > kBencodeDepthMax) return bad("is nested too deeply");
    if (++values_ > kBencodeValuesMax) return bad("has too many values");
    auto const begin = rest_;
    auto const done = [&](auto&& value) -> Result<BencodeValue> {
      if (!value) return unexpected(value.error());
      return BencodeValue(*std::move(value), begin.substr(0, begin.size() - rest_.size()));
    };
    if (take('i')) return done(integer());
    if (take('l')) return done(list(depth));
    if (take('d')) return done(dict(depth));
    return done(string());
  }

  // Digits up to `stop`, without leading zeros.
  template <typename Number>
  Result<Number> number(char stop) {
    Number value{};
    auto const end = rest_.find(stop);
    auto const digits = rest_.substr(0, std::min(end, std::size_t{20}));
    auto const bare = digits.starts_with('-') ? digits.substr(1) : digits;
    bool const zero = bare.starts_with('0') && digits.size() > 1;
    auto const [last, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (end == std::string_view::npos || zero || error != std::errc{} ||
        last != rest_.data() + end) {
      return bad("is no number");
    }
    rest_.remove_prefix(end + 1);
    return value;
  }

  Result<std::int64_t> integer() { return number<std::int64_t>('e'); }

  Result<std::string_view> string() {
    auto const size = number<std::size_t>(':');
    if (!size) return unexpected(size.error());
    if (*size > rest_.size()) return bad("is cut off");
    auto const text = rest_.substr(0, *size);
    rest_.remove_prefix(*size);
    return text;
  }

  Result<BencodeValue::List> list(std::size_t depth) {
    BencodeValue::List values;
    while (!take('e')) {
      auto value = read(depth + 1);
      if (!value) return unexpected(value.error());
      values.push_back(*std::move(value));
    }
    return values;
  }

  Result<BencodeValue::Dict> dict(std::size_t depth) {
    BencodeValue::Dict entries;
    while (!take('e')) {
      auto const key = string();
      if (!key) return unexpected(key.error());
      if (!entries.empty() && *key <= entries.back().first) return bad("has keys out of order");
      auto value = read(depth + 1);
      if (!value) return unexpected(value.error());
      entries.emplace_back(*key, *std::move(value));
    }
    return entries;
  }

  std::string_view rest_;
  std::size_t size_;
  std::size_t values_ = 0;
};

}  // namespace

std::optional<std::int64_t> BencodeValue::integer() const {
  auto const* value = std::get_if<std::int64_t>(&value_);
  return value ? std::optional(*value) : std::nullopt;
}

std::optional<std::string_view> BencodeValue::string() const {
  auto const* value = std::get_if<std::string_view>(&value_);
  return value ? std::optional(*value) : std::nullopt;
}

BencodeValue const* BencodeValue::find(std::string_view key) const {
  auto const* entries = dict();
  if (entries == nullptr) return nullptr;
  auto const found = std::ranges::lower_bound(*entries, key, {}, &Dict::value_type::first);
  return found != entries->end() && found->first == key ? &found->second : nullptr;
}

Result<BencodeValue> parse_bencode(std::string_view text) {
  return Parser(text).whole();
}

BencodeWriter& BencodeWriter::integer(std::int64_t value) {
  text_ += "i" + std::to_string(value) + "e";
  return *this;
}

BencodeWriter& BencodeWriter::string(std::string_view value) {
  text_ += std::to_string(value.size()) + ":";
  text_ += value;
  return *this;
}

BencodeWriter& BencodeWriter::begin_list() {
  text_ += 'l';
  last_keys_.emplace_back();
  return *this;
}

BencodeWriter& BencodeWriter::begin_dict() {
  text_ += 'd';
  last_keys_.emplace_back();
  return *this;
}

BencodeWriter& BencodeWriter::key(std::string_view key) {
  FRESHET_ASSERT(!last_keys_.empty());
  auto& last = last_keys_.back();
  FRESHET_ASSERT(!last || *last < key);
  last = key;
  return string(key);
}

BencodeWriter& BencodeWriter::end() {
  FRESHET_ASSERT(!last_keys_.empty());
  text_ += 'e';
  last_keys_.pop_back();
  return *this;
}

BencodeWriter& BencodeWriter::encoded(std::string_view value) {
  text_ += value;
  return *this;
}

std::string BencodeWriter::take() {
  FRESHET_ASSERT(last_keys_.empty());
  return std::exchange(text_, {});
}

}  // namespace freshet
