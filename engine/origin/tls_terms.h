// What a job's terms change in the TLS of one request.
//
// Thread: origin. A connection that was looked at less closely than usual is used for nothing else.
#pragma once

#include "engine/origin/easy.h"
#include "freshet/http_terms.h"

namespace freshet {

// `terms` lives until the request ends. The certificate is shown only to whom it is meant for.
void set_up_tls(EasyHandle* easy, HttpTerms const& terms, bool own_party);

}  // namespace freshet
