// FRESHET_ASSERT: promises our own code makes to itself. On in every build; a broken one ends the
// process, because going on could hand out or lose bytes.
#pragma once

namespace freshet {

[[noreturn]] void assertion_failed(char const* expression, char const* file, int line);

}  // namespace freshet

#define FRESHET_ASSERT(expression)     \
  ((expression) ? static_cast<void>(0) \
                : ::freshet::assertion_failed(#expression, __FILE__, __LINE__))
