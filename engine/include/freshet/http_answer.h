// What a server answered last about a file. Plain values.
#pragma once

#include <cstdint>
#include <string>

namespace freshet {

struct HttpAnswer {
  std::uint32_t status = 0;
  // As they came, each line with its CR LF, the status line first; the first 8 KiB.
  std::string head;
  std::string url;      // After redirects, without credentials.
  std::string address;  // Of the server, or of the proxy: "192.0.2.1", "2001:db8::1".
  bool operator==(HttpAnswer const&) const = default;
};

}  // namespace freshet
