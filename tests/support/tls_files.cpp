#include "tests/support/tls_files.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>

#include "engine/base/assert.h"

namespace freshet::test {

namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Certificate = std::unique_ptr<X509, Free>;
using File = std::unique_ptr<std::FILE, Free>;

constexpr long kDay = 24L * 3600;

void add_extension(X509* certificate, int what, std::string const& value) {
  std::unique_ptr<X509_EXTENSION, Free> const extension(
      X509V3_EXT_conf_nid(nullptr, nullptr, what, value.c_str()));
  FRESHET_ASSERT(extension && X509_add_ext(certificate, extension.get(), -1) == 1);
}

void set_name(X509_NAME* name, std::string const& text) {
  auto const* const bytes = reinterpret_cast<unsigned char const*>(text.c_str());
  FRESHET_ASSERT(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, bytes, -1, -1, 0) == 1);
}

Certificate new_certificate(EVP_PKEY* key, std::string const& name, long serial, bool expired) {
  Certificate certificate(X509_new());
  FRESHET_ASSERT(certificate != nullptr);
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -30 * kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), expired ? -kDay : 30 * kDay);
  set_name(X509_get_subject_name(certificate.get()), name);
  X509_set_pubkey(certificate.get(), key);
  return certificate;
}

File open_file(std::string const& path) {
  File file(std::fopen(path.c_str(), "w"));
  FRESHET_ASSERT(file != nullptr);
  return file;
}

bool is_address(std::string const& host) {
  return host.find(':') != std::string::npos ||
         host.find_first_not_of("0123456789.") == std::string::npos;
}

}  // namespace

TlsFiles make_certificate(std::string const& directory, std::string const& host, bool expired,
                          std::string const& usage) {
  Key const ca_key(EVP_EC_gen("P-256"));
  Key const key(EVP_EC_gen("P-256"));
  auto const ca = new_certificate(ca_key.get(), "Freshet test CA", 1, false);
  add_extension(ca.get(), NID_basic_constraints, "critical,CA:TRUE");
  X509_set_issuer_name(ca.get(), X509_get_subject_name(ca.get()));
  FRESHET_ASSERT(X509_sign(ca.get(), ca_key.get(), EVP_sha256()) > 0);

  auto const certificate = new_certificate(key.get(), host, 2, expired);
  add_extension(certificate.get(), NID_subject_alt_name,
                (is_address(host) ? "IP:" : "DNS:") + host);
  if (!usage.empty()) add_extension(certificate.get(), NID_ext_key_usage, usage);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(ca.get()));
  FRESHET_ASSERT(X509_sign(certificate.get(), ca_key.get(), EVP_sha256()) > 0);

  TlsFiles files{directory + "/server.pem", directory + "/server.key", directory + "/ca.pem"};
  PEM_write_X509(open_file(files.certificate).get(), certificate.get());
  PEM_write_PrivateKey(open_file(files.key).get(), key.get(), nullptr, nullptr, 0, nullptr,
                       nullptr);
  PEM_write_X509(open_file(files.ca).get(), ca.get());
  return files;
}

}  // namespace freshet::test
