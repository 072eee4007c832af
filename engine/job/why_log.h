// Why a job's transfers went as they did: the last decision records of its files, bounded.
//
// Pure. A value.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <utility>

namespace freshet {

class WhyLog {
 public:
  // What an earlier run remembered, shown until there is something newer.
  void set_earlier(std::string json) { earlier_ = std::move(json); }
  // `json` is an object. Replaces what was known of this file; the oldest files go first when the
  // text grows over `chars_max`, and objects beyond it are left out.
  void put(std::uint32_t file, std::string json, std::size_t chars_max);

  // {"files":[{"file":0,"transfer":{...}}],"left_out":0}
  [[nodiscard]] std::string text() const;

 private:
  std::deque<std::pair<std::uint32_t, std::string>> parts_;
  std::size_t chars_ = 0;
  std::uint64_t left_out_ = 0;
  std::string earlier_;
};

}  // namespace freshet
