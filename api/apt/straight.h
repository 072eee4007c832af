// apt's own method as a child process: what does not come through the daemon goes by it.
//
// One thread. It ends with its standard input.
#pragma once

#include <sys/types.h>

#include <string>

#include "api/apt/message.h"
#include "api/descriptor.h"
#include "freshet/error.h"

namespace freshet::apt {

class Straight {
 public:
  // not_found, permission_denied; invalid_argument when that is this program again.
  [[nodiscard]] static Result<Straight> start(std::string const& program);
  Straight(Straight&&) noexcept = default;
  Straight& operator=(Straight&&) noexcept = default;

  // False when it has gone away.
  [[nodiscard]] bool send(Message const& message);
  [[nodiscard]] int output() const { return output_.get(); }
  // Its exit status, once its input ends.
  int finish();

 private:
  Straight() = default;

  local::Descriptor input_;
  local::Descriptor output_;
  pid_t child_ = -1;
};

// All of it; false when nobody reads any more.
[[nodiscard]] bool write_all(int descriptor, std::string_view bytes);

}  // namespace freshet::apt
