// One request on its way through the node. Shared by whatever is done for it; it is answered once.
#pragma once

#include <memory>

#include "api/node/http/status_fields.h"
#include "api/node/route/route.h"
#include "api/node/server/service.h"

namespace freshet::node {

struct Request {
  Ask ask;
  Route route;
  std::string key;         // The URL: what the cache stores it under.
  Responder respond;       // None: no client waits for it.
  bool collapsed = false;  // It waited for a fetch of others.
  unsigned rounds = 0;     // How often it was planned anew.
};
using RequestPtr = std::shared_ptr<Request>;

}  // namespace freshet::node
