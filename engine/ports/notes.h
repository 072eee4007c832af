// Small things that must outlive the process: the month's counters, what was measured. Loop only;
// callbacks run on the loop.
//
// What is saved survives the end of the process, and a power cut once anything later is durable.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "freshet/error.h"

namespace freshet {

class Notes {
 public:
  virtual ~Notes() = default;

  // All whose names begin with `prefix`, by name. Reads the disk: at start only.
  [[nodiscard]] virtual Result<std::map<std::string, std::string>> load(
      std::string_view prefix) = 0;
  // Replaces a note; an empty text erases it. At most `kNoteBytesMax`.
  virtual void save(std::string name, std::string text, std::function<void(Result<void>)> done) = 0;
};

inline constexpr std::size_t kNoteBytesMax = 64 * 1024;

}  // namespace freshet
