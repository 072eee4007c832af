// A client whose calls go through the COM shape, as those of a program written for Windows would.
//
// What COM has no word for (digests, mirrors, events, contents) goes to the same engine directly.
// One at a time in a process; made and ended on one thread, called from any.
#pragma once

#include "api/client/backend.h"
#include "api/com/hresult_table.h"

namespace freshet::test {

// `family`: the class that makes the jobs, and so whose codes they answer with.
[[nodiscard]] Client client_through_com(Client engine, com::Family family);

// The first of all codes that COM callers see as the same HRESULT.
[[nodiscard]] Errc as_com_tells(Errc code, com::Family family);

}  // namespace freshet::test
