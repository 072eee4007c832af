#include "api/node/server/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <string_view>

namespace freshet::node {

namespace {

// The one protocol there is, where the client offers it; else none is named.
int choose_protocol(SSL*, unsigned char const** out, unsigned char* out_size,
                    unsigned char const* in, unsigned in_size, void*) {
  static constexpr std::array<unsigned char, 9> kHttp1{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* chosen = nullptr;
  auto const found =
      SSL_select_next_proto(&chosen, out_size, kHttp1.data(), kHttp1.size(), in, in_size);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

tl::unexpected<Error> failed(std::string const& path) {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  ERR_clear_error();
  return fail(Errc::tls_failed, path, text.data());
}

}  // namespace

void FreeTlsContext::operator()(ssl_ctx_st* context) const {
  SSL_CTX_free(context);
}

Result<TlsContext> make_tls_context(std::string const& certificate, std::string const& key) {
  TlsContext context(SSL_CTX_new(TLS_server_method()));
  if (!context) return failed(certificate);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  // Idle connections hold no buffers; a write that blocked may come again from elsewhere.
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_alpn_select_cb(context.get(), choose_protocol, nullptr);
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate.c_str()) != 1) {
    return failed(certificate);
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context.get()) != 1) {
    return failed(key);
  }
  return context;
}

}  // namespace freshet::node
