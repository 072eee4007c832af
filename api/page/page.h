// The files of the web page, which are part of the program. Constants; any thread.
#pragma once

#include <span>
#include <string_view>

namespace freshet::page {

struct Asset {
  std::string_view path;  // "/", "/page/main.js"
  std::string_view type;
  std::string_view tag;  // An entity tag, with its quotes: another one when the bytes differ.
  std::string_view bytes;
};

[[nodiscard]] std::span<Asset const> assets();
// Null: the page has no such file.
[[nodiscard]] Asset const* find_asset(std::string_view path);

}  // namespace freshet::page
