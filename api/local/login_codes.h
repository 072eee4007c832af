// Codes that let a browser in once: a command line that knows who calls makes one, and the page
// gives it back for the token.
//
// Any thread.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "freshet/error.h"
#include "freshet/units.h"

namespace freshet::local {

class LoginCodes {
 public:
  static constexpr Duration kValidFor = std::chrono::minutes{2};
  static constexpr std::size_t kCodesMax = 16;  // The oldest go first.

  // Empty: nobody comes in, so there are no codes.
  void set_token(std::string token);

  // not_supported without a token; internal when the system gives no random bytes.
  [[nodiscard]] Result<std::string> make(TimePoint now);
  // The token, once; access_denied for a code that is unknown, used or too old.
  [[nodiscard]] Result<std::string> redeem(std::string const& code, TimePoint now);

 private:
  std::mutex mutex_;
  std::string token_;
  std::map<std::string, TimePoint> ends_;  // By the code's digest.
};

}  // namespace freshet::local
