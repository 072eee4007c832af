// The folder of settings files, read when they are used and what is known is older than a minute.
// Any thread; may wait for the disk.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "api/doagent/settings_text.h"

namespace freshet::doagent {

class Configuration {
 public:
  static constexpr Duration kAgeMax = std::chrono::seconds{60};

  explicit Configuration(std::string folder) : folder_(std::move(folder)) {}

  // Makes the administrator's file, with nothing in it, where there is none.
  void prepare() const;
  [[nodiscard]] AdminSettings admin();
  // "host", "host:port"; empty: none.
  [[nodiscard]] std::string cache_host();
  // Both are read again at their next use.
  void forget();

 private:
  void refresh();

  std::string const folder_;
  std::mutex mutex_;
  std::optional<TimePoint> read_;
  AdminSettings admin_;
  std::string gateway_;
};

}  // namespace freshet::doagent
