// What a job made here keeps that the engine has no word for: names and values in its `app_data`.
//
// A value; any thread. Bounded by what the engine lets an application keep.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace freshet::com {

class AppData {
 public:
  // Text of another application is left alone: nothing of ours is found in it.
  [[nodiscard]] static AppData parse(std::string_view text);
  // True when it can be written: it is ours, or there was none.
  [[nodiscard]] bool ours() const { return ours_; }

  [[nodiscard]] std::optional<std::string> get(std::string const& name) const;
  [[nodiscard]] std::uint64_t number(std::string const& name, std::uint64_t otherwise) const;
  void set(std::string const& name, std::string value);
  void set(std::string const& name, std::uint64_t value) { set(name, std::to_string(value)); }
  void erase(std::string const& name) { values_.erase(name); }

  [[nodiscard]] std::string text() const;

 private:
  std::map<std::string, std::string> values_;
  bool ours_ = true;
};

}  // namespace freshet::com
