// What a request asks for: one of nine methods, with parameters.
//
// Pure; any thread. Hostile targets give a code.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/doagent/codes.h"

namespace freshet::doagent {

enum class Method : std::uint8_t {
  create,
  start,
  pause,
  finalize,
  abort,
  get_status,
  get_property,
  set_property,
  enumerate,
};

enum class Parameter : std::uint8_t { id, uri, path, no_progress_timeout, property_key };
inline constexpr std::size_t kParameters = 5;

// "DownloadFilePath"
[[nodiscard]] std::string_view name(Parameter parameter);
[[nodiscard]] std::optional<Parameter> parameter_from(std::string_view name);

struct MethodCall {
  Method method = Method::enumerate;
  std::array<std::optional<std::string>, kParameters> given;

  [[nodiscard]] std::optional<std::string> const& get(Parameter parameter) const {
    return given[static_cast<std::size_t>(parameter)];
  }
};

// The code to refuse it with: no such method, or no such parameter.
[[nodiscard]] Coded<MethodCall> read_call(std::string_view verb, std::string_view target);

}  // namespace freshet::doagent
