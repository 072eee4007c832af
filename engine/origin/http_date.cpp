#include "engine/origin/http_date.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace freshet {

namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr seconds kRetryAfterMax = hours{24};
constexpr milliseconds kStrongDateAge = minutes{1};

// Words of a date, split at blanks, commas and dashes.
struct Words {
  std::array<std::string_view, 8> word{};
  std::size_t count = 0;
};

Words split(std::string_view text) {
  Words words;
  while (words.count < words.word.size()) {
    auto const start = text.find_first_not_of(" ,-\t");
    if (start == std::string_view::npos) break;
    auto const end = std::min(text.find_first_of(" ,-\t", start), text.size());
    words.word[words.count++] = text.substr(start, end - start);
    text.remove_prefix(end);
  }
  return words;
}

std::optional<int> number(std::string_view text, std::size_t digits_max) {
  int value = 0;
  if (text.empty() || text.size() > digits_max || text.front() == '-') return std::nullopt;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<seconds> time_of_day(std::string_view text) {
  if (text.size() != 8 || text[2] != ':' || text[5] != ':') return std::nullopt;
  auto const h = number(text.substr(0, 2), 2);
  auto const m = number(text.substr(3, 2), 2);
  auto const s = number(text.substr(6, 2), 2);
  if (!h || !m || !s || *h > 23 || *m > 59 || *s > 60) return std::nullopt;
  return hours{*h} + minutes{*m} + seconds{*s};
}

std::optional<WallTime> assemble(std::string_view day_text, std::string_view month_text,
                                 std::string_view year_text, std::string_view time_text) {
  auto const found = std::ranges::find(kMonths, month_text);
  auto const day_number = number(day_text, 2);
  auto year_number = number(year_text, 4);
  auto const time = time_of_day(time_text);
  if (found == kMonths.end() || !day_number || !year_number || !time) return std::nullopt;
  // Two digits: the nearest century that is not far in the future (RFC 9110 §5.6.7).
  if (year_text.size() <= 2) *year_number += *year_number < 70 ? 2000 : 1900;
  auto const date = year{*year_number} /
                    month{static_cast<unsigned>(found - kMonths.begin()) + 1U} /
                    day{static_cast<unsigned>(*day_number)};
  if (!date.ok()) return std::nullopt;
  return WallTime{sys_days{date} + *time};
}

}  // namespace

std::optional<WallTime> parse_http_date(std::string_view text) {
  auto const words = split(text);
  auto const& w = words.word;
  bool const gmt = words.count == 6 && (w[5] == "GMT" || w[5] == "UTC");
  if (gmt) return assemble(w[1], w[2], w[3], w[4]);
  if (words.count == 5) return assemble(w[2], w[1], w[4], w[3]);
  return std::nullopt;
}

std::optional<Duration> parse_retry_after(std::string_view text, std::optional<WallTime> date,
                                          WallTime now) {
  auto const first = std::min(text.find_first_not_of(" \t"), text.size());
  auto const digits = text.substr(first, text.find_last_not_of(" \t") + 1 - first);
  auto const is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (!digits.empty() && std::ranges::all_of(digits, is_digit)) {
    auto const value = number(digits, 6);
    return std::min<Duration>(value ? seconds{*value} : kRetryAfterMax, kRetryAfterMax);
  }
  auto const when = parse_http_date(text);
  if (!when) return std::nullopt;
  // As it is: nanoseconds end in the year 2262.
  return std::clamp<milliseconds>(*when - date.value_or(now), milliseconds{}, kRetryAfterMax);
}

std::string if_range_value(Validator const& validator, WallTime now) {
  if (validator.strong_etag()) return validator.etag;
  auto const modified = parse_http_date(validator.last_modified);
  if (modified && now - *modified >= kStrongDateAge) return validator.last_modified;
  return {};
}

}  // namespace freshet
