// The certificate that secure listeners show. Made once; any thread after that.
#pragma once

#include <memory>
#include <string>

#include "freshet/error.h"

struct ssl_ctx_st;

namespace freshet::node {

struct FreeTlsContext {
  void operator()(ssl_ctx_st* context) const;
};
using TlsContext = std::unique_ptr<ssl_ctx_st, FreeTlsContext>;

// TLS 1.2 and later, HTTP/1.1. tls_failed when the files are not there or do not fit each other.
[[nodiscard]] Result<TlsContext> make_tls_context(std::string const& certificate,
                                                  std::string const& key);

}  // namespace freshet::node
