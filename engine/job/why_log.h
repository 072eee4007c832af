// Why a job's transfers went as they did: the last decision records of its files, and the states
// that the job went through. Bounded.
//
// Pure. A value.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "freshet/error.h"
#include "freshet/units.h"

namespace freshet {

class WhyLog {
 public:
  static constexpr std::size_t kStatesMax = 24;

  // What an earlier run remembered: it goes on from there. What cannot be read is forgotten.
  void set_earlier(std::string_view json);
  // `json` is an object. Replaces what was known of this file; the oldest files go first when the
  // text grows over `chars_max`, and objects beyond it are left out.
  void put(std::uint32_t file, std::string json, std::size_t chars_max);
  // The job came to this state, perhaps by an error. The first and the last stay.
  void moved(WallTime at, std::string_view state, Error const* error);

  // {"files":[{"file":0,"transfer":{...}}],"states":[{"at":0,"state":"queued"}],"left_out":0}
  [[nodiscard]] std::string text() const;

 private:
  std::deque<std::pair<std::uint32_t, std::string>> parts_;
  std::vector<std::string> states_;  // Objects.
  std::size_t chars_ = 0;
  std::uint64_t left_out_ = 0;
};

}  // namespace freshet
