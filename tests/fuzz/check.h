// CHECK for fuzzers: a broken promise ends the process, so that the input is kept.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

#define FUZZ_CHECK(expression) \
  if (!(expression)) std::abort()

inline std::string_view as_text(std::uint8_t const* data, std::size_t size) {
  return {reinterpret_cast<char const*>(data), size};
}
