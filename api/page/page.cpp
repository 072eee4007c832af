#include "api/page/page.h"

#include <algorithm>

namespace freshet::page {

Asset const* find_asset(std::string_view path) {
  auto const all = assets();
  auto const found = std::ranges::find(all, path, &Asset::path);
  return found == all.end() ? nullptr : &*found;
}

}  // namespace freshet::page
