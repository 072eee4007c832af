#include "api/local/api.h"

#include "api/local/answers.h"
#include "api/local/operations.h"

namespace freshet::local {

Answer Api::answer(Call& call) {
  auto result = handler_of(call.route->operation)(context_, call);
  if (!result) return problem(result.error());
  return std::move(*result);
}

}  // namespace freshet::local
