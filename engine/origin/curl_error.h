// libcurl's errors in our words. Pure.
#pragma once

#include <string>

#include "freshet/error.h"

namespace freshet {

struct CurlFailure {
  int code = 0;              // A CURLcode.
  long connect_status = 0;   // The proxy's answer to CONNECT; 0: none.
  bool named_proxy = false;  // The order named a proxy.
  std::string detail;        // libcurl's own words.
  std::string where;
};

[[nodiscard]] Error translate(CurlFailure const& failure);

}  // namespace freshet
