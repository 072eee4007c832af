#include "api/node/http/dates.h"

#include <array>
#include <cstdio>

#include "engine/origin/http_date.h"

namespace freshet::node {

std::string to_http_date(WallTime when) {
  using namespace std::chrono;
  constexpr std::array<char const*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<char const*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  auto const second = floor<seconds>(when);
  auto const midnight = floor<std::chrono::days>(second);
  year_month_day const date{midnight};
  hh_mm_ss const time{second - midnight};
  std::array<char, 64> text{};
  auto const size = std::snprintf(
      text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
      days[weekday{midnight}.c_encoding()], static_cast<unsigned>(date.day()),
      months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
      static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
      static_cast<int>(time.seconds().count()));
  return {text.data(), static_cast<std::size_t>(size)};
}

std::optional<WallTime> date_field(Fields const& fields, std::string_view name) {
  auto const value = fields.only(name);
  return value ? parse_http_date(*value) : std::nullopt;
}

}  // namespace freshet::node
