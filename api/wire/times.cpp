#include "api/wire/times.h"

#include <algorithm>

#include <fmt/format.h>

namespace freshet::wire {

namespace {

using namespace std::chrono;

constexpr WallTime kFirst = sys_days{year{0} / January / 1};
constexpr WallTime kLast = sys_days{year{10'000} / January / 1} - milliseconds{1};

// The number made of `text`'s digits alone.
std::optional<unsigned> digits(std::string_view text) {
  unsigned value = 0;
  for (char const c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value;
}

}  // namespace

std::string time_text(WallTime time) {
  auto const written = std::clamp(time, kFirst, kLast);
  auto const day = floor<days>(written);
  year_month_day const date{day};
  hh_mm_ss const clock{written - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::optional<WallTime> parse_time(std::string_view text) {
  constexpr std::string_view kForm = "0000-00-00T00:00:00";
  if (!text.ends_with('Z')) return std::nullopt;
  text.remove_suffix(1);
  bool const fraction = text.size() == kForm.size() + 4;
  if (text.size() != kForm.size() && !fraction) return std::nullopt;
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    if (kForm[i] != '0' && text[i] != kForm[i]) return std::nullopt;
  }
  if (fraction && text[kForm.size()] != '.') return std::nullopt;
  auto const y = digits(text.substr(0, 4));
  auto const mo = digits(text.substr(5, 2));
  auto const d = digits(text.substr(8, 2));
  auto const h = digits(text.substr(11, 2));
  auto const mi = digits(text.substr(14, 2));
  auto const s = digits(text.substr(17, 2));
  auto const ms = fraction ? digits(text.substr(20, 3)) : 0U;
  if (!y || !mo || !d || !h || !mi || !s || !ms) return std::nullopt;
  year_month_day const date{year{static_cast<int>(*y)}, month{*mo}, day{*d}};
  if (!date.ok() || *h > 23 || *mi > 59 || *s > 59) return std::nullopt;
  return sys_days{date} + hours{*h} + minutes{*mi} + seconds{*s} + milliseconds{*ms};
}

}  // namespace freshet::wire
