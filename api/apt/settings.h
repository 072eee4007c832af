// What of apt's settings matters here (docs/apt.md): those of `Acquire::freshet`, and those of http
// that a download through the daemon has to keep to.
//
// Pure; a value.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/apt/message.h"
#include "freshet/units.h"

namespace freshet::apt {

class Settings {
 public:
  Settings() = default;
  // Of a message 601.
  explicit Settings(Message const& configuration);

  [[nodiscard]] Bytes size_min() const;  // What is smaller goes straight.
  [[nodiscard]] std::string socket() const { return text("acquire::freshet::socket"); }
  [[nodiscard]] Duration patience() const;  // Without a byte, before it goes straight after all.
  [[nodiscard]] std::string sandbox_user() const { return text("apt::sandbox::user"); }
  [[nodiscard]] bool off() const;

  // Whether what this host has may come through the daemon although its URLs say plain http.
  [[nodiscard]] bool chosen(std::string_view host) const;
  // For "http" or "https". Empty: as the daemon does. "-": none. Nothing: only apt can tell.
  [[nodiscard]] std::optional<std::string> proxy(std::string const& scheme,
                                                 std::string const& host) const;
  [[nodiscard]] BytesPerSecond limit(std::string const& scheme) const;
  // Certificates that the daemon would not check as apt does.
  [[nodiscard]] bool own_certificates(std::string const& host) const;

 private:
  [[nodiscard]] std::string text(std::string const& name) const;
  [[nodiscard]] std::optional<std::uint64_t> number(std::string const& name) const;
  [[nodiscard]] bool any_below(std::string const& name) const;

  std::map<std::string, std::string> items_;  // By name in lower case.
  std::vector<std::string> hosts_;
};

}  // namespace freshet::apt
