#include "engine/base/client_certificate.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

namespace freshet {

namespace {

constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view kEnd = "-----END CERTIFICATE-----";

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

Owned<BIO> reader(std::string_view pem) {
  return Owned<BIO>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

// Else OpenSSL asks on the terminal.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

Result<void> wrong(std::string why) {
  ERR_clear_error();
  return fail(Errc::invalid_argument, "client certificate", std::move(why));
}

}  // namespace

Result<void> check_client_certificate(std::string_view pem) {
  if (pem.size() > kClientCertificateBytesMax) return wrong("is longer than 65536 bytes");
  Owned<X509> const certificate(
      PEM_read_bio_X509(reader(pem).get(), nullptr, no_passphrase, nullptr));
  if (!certificate) return wrong("has no certificate in PEM");
  Owned<EVP_PKEY> const key(
      PEM_read_bio_PrivateKey(reader(pem).get(), nullptr, no_passphrase, nullptr));
  if (!key) return wrong("has no key in PEM, or one with a passphrase");
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return wrong("has a key that is not the first certificate's");
  }
  return {};
}

std::string certificates_of(std::string_view pem) {
  std::string certificates;
  for (;;) {
    auto const begin = pem.find(kBegin);
    auto const end = pem.find(kEnd, begin == std::string_view::npos ? pem.size() : begin);
    if (end == std::string_view::npos) return certificates;
    auto const size = end + kEnd.size() - begin;
    certificates += std::string(pem.substr(begin, size)) + "\n";
    pem.remove_prefix(begin + size);
  }
}

}  // namespace freshet
