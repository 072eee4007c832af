#include "engine/base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace freshet {

void assertion_failed(char const* expression, char const* file, int line) {
  std::fprintf(stderr, "freshet: broken promise: %s at %s:%d\n", expression, file, line);
  std::abort();
}

}  // namespace freshet
