#include "engine/origin/curl_error.h"

#include <curl/curl.h>

namespace freshet {

namespace {

Errc code_of(CurlFailure const& failure) {
  if (failure.connect_status == 407) return Errc::http_proxy_auth;
  if (failure.connect_status >= 300) return Errc::proxy_failed;
  switch (failure.code) {
    case CURLE_URL_MALFORMAT:
      return Errc::invalid_argument;
    case CURLE_COULDNT_RESOLVE_HOST:
      return Errc::name_not_resolved;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY:
      return Errc::proxy_failed;
    case CURLE_COULDNT_CONNECT:
    case CURLE_INTERFACE_FAILED:
      return failure.named_proxy ? Errc::proxy_failed : Errc::connect_failed;
    case CURLE_OPERATION_TIMEDOUT:
      return Errc::timed_out;
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return Errc::connection_lost;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_SHUTDOWN_FAILED:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CLIENTCERT:
      return Errc::tls_failed;
    case CURLE_OUT_OF_MEMORY:
    case CURLE_FAILED_INIT:
    case CURLE_BAD_FUNCTION_ARGUMENT:
      return Errc::internal;
    default:
      return Errc::protocol_error;
  }
}

}  // namespace

Error translate(CurlFailure const& failure) {
  auto why = failure.detail;
  if (why.empty()) why = curl_easy_strerror(static_cast<CURLcode>(failure.code));
  if (failure.connect_status >= 300) {
    why = "the proxy answered " + std::to_string(failure.connect_status) + " to CONNECT";
  }
  return Error{code_of(failure), failure.where, std::move(why)};
}

}  // namespace freshet
