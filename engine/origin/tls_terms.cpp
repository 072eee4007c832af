#include "engine/origin/tls_terms.h"

#include <curl/curl.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "engine/base/assert.h"

namespace freshet {

namespace {

bool about_authority(int error) {
  switch (error) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED:
      return true;
    default:
      return false;
  }
}

int accept_any_authority(int right, X509_STORE_CTX* context) {
  if (right == 1 || !about_authority(X509_STORE_CTX_get_error(context))) return right;
  X509_STORE_CTX_set_error(context, X509_V_OK);
  return 1;
}

// libcurl knows no flaws one by one but that of the name.
CURLcode accept_flaws(CURL*, void* context, void* flaws) {
  auto* const tls = static_cast<SSL_CTX*>(context);
  auto* const rules = SSL_CTX_get0_param(tls);
  auto const accepted = *static_cast<std::uint32_t const*>(flaws);
  if ((accepted & tls_flaw::date) != 0) {
    X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_NO_CHECK_TIME);
  }
  if ((accepted & tls_flaw::usage) != 0) X509_VERIFY_PARAM_set_purpose(rules, X509_PURPOSE_ANY);
  if ((accepted & tls_flaw::authority) != 0) {
    SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, accept_any_authority);
  }
  return CURLE_OK;
}

void set(CURL* easy, CURLoption option, long value) {
  FRESHET_ASSERT(curl_easy_setopt(easy, option, value) == CURLE_OK);
}

// libcurl does not compare what the callback does when it looks for a connection to use again.
void set_up_flaws(CURL* easy, std::uint32_t const& flaws) {
  if ((flaws & tls_flaw::name) != 0) set(easy, CURLOPT_SSL_VERIFYHOST, 0);
  set(easy, CURLOPT_FRESH_CONNECT, 1);
  set(easy, CURLOPT_FORBID_REUSE, 1);
  set(easy, CURLOPT_SSL_SESSIONID_CACHE, 0);
  curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, &accept_flaws);
  curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, const_cast<std::uint32_t*>(&flaws));
}

void set_up_certificate(CURL* easy, std::string const& pem) {
  curl_blob blob{const_cast<char*>(pem.data()), pem.size(), CURL_BLOB_COPY};
  curl_easy_setopt(easy, CURLOPT_SSLCERT_BLOB, &blob);
  curl_easy_setopt(easy, CURLOPT_SSLKEY_BLOB, &blob);
  // Else OpenSSL would ask for one on the terminal.
  curl_easy_setopt(easy, CURLOPT_KEYPASSWD, "");
}

}  // namespace

void set_up_tls(EasyHandle* easy, HttpTerms const& terms, bool own_party) {
  if (terms.accepted_flaws != 0) set_up_flaws(easy, terms.accepted_flaws);
  if (own_party && !terms.client_certificate.empty()) {
    set_up_certificate(easy, terms.client_certificate);
  }
}

}  // namespace freshet
