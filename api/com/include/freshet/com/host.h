// Which engine the COM calls of this process go to, for programs that have one of their own.
//
// Any thread but those of callbacks. Without it the first object that is created opens a client by
// itself (docs/com.md, "Which engine").
#pragma once

#include "freshet/client.h"

namespace freshet::com {

// From now on, until the last CoUninitialize. Objects made before answer that there is no service.
FRESHET_EXPORT void use_client(Client client);

}  // namespace freshet::com
