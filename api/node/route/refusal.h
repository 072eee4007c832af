// Why a request is not passed on, in the words of RFC 9209. Plain values; any thread.
#pragma once

#include <string>
#include <string_view>

namespace freshet::node {

struct RouteRefusal {
  unsigned status = 403;
  std::string_view proxy_error;  // A type of RFC 9209 §2.3.
  std::string sentence;          // What to do, for the answer's body and the log.
};

}  // namespace freshet::node
