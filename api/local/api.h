// The local API as a service of the server: finds the operation and tells its errors.
//
// Threads of the pool.
#pragma once

#include "api/local/call.h"
#include "api/local/context.h"

namespace freshet::local {

class Api final : public Service {
 public:
  explicit Api(Context& context) : context_(context) {}

  [[nodiscard]] Answer answer(Call& call) override;

 private:
  Context& context_;
};

}  // namespace freshet::local
