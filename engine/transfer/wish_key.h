// Which wishes share a transfer: those with the same key. Pure.
#pragma once

#include <string>

namespace freshet {

struct Wish;

// What makes two wishes want the same content. Without an identity only the same URL, asked for in
// the same way, promises the same bytes.
[[nodiscard]] std::string key_of(Wish const& wish);

}  // namespace freshet
