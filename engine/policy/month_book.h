// What was moved in each calendar month: for the upload budget and for `freshet perf --month`.
//
// Pure: the month comes in with each call. Bounded: a year and a month.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "freshet/policy.h"

namespace freshet {

class MonthBook {
 public:
  // As `note_of` wrote it; what is not understood is left out.
  void load(std::string_view month, std::string_view text);
  // Counts on, in this month ("2026-11").
  void add(std::string const& month, MovedBytes const& moved);
  void see_rate(std::string const& month, BytesPerSecond rate);

  [[nodiscard]] MovedBytes of(std::string const& month) const;
  // The highest rate seen in the two newest months; 0: none.
  [[nodiscard]] BytesPerSecond peak() const;
  [[nodiscard]] std::string note_of(std::string const& month) const;
  [[nodiscard]] std::size_t size() const { return months_.size(); }
  // Months that had to go; their notes may be erased.
  [[nodiscard]] std::vector<std::string> take_forgotten();

 private:
  struct Month {
    MovedBytes moved;
    std::uint64_t peak = 0;
  };
  Month& at(std::string const& month);

  std::map<std::string, Month> months_;
  std::vector<std::string> forgotten_;
};

}  // namespace freshet
