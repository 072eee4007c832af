#include "api/com/certificate_store.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "api/small_file.h"
#include "engine/base/client_certificate.h"
#include "freshet/com/hresults.h"

namespace freshet::com {

namespace {

namespace fs = std::filesystem;

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(unsigned char* text) const { OPENSSL_free(text); }
};

std::string value_of(X509_NAME_ENTRY const* entry) {
  unsigned char* text = nullptr;
  auto const size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(entry));
  std::unique_ptr<unsigned char, Free> const owned(size < 0 ? nullptr : text);
  return owned ? std::string(reinterpret_cast<char const*>(text), static_cast<std::size_t>(size))
               : std::string();
}

char lower(char letter) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
}

bool same_letters(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view trimmed(std::string_view text) {
  auto const begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

std::vector<std::string_view> parts_of(std::string_view list) {
  std::vector<std::string_view> parts;
  for (;;) {
    auto const comma = list.find(',');
    parts.push_back(trimmed(list.substr(0, comma)));
    if (comma == std::string_view::npos) return parts;
    list.remove_prefix(comma + 1);
  }
}

// Empty: not here.
fs::path folder_of(BG_CERT_STORE_LOCATION location) {
  if (location == BG_CERT_STORE_LOCATION_LOCAL_MACHINE) return "/etc/freshet/certificates";
  if (location != BG_CERT_STORE_LOCATION_CURRENT_USER) return {};
  auto const* const config = std::getenv("XDG_CONFIG_HOME");
  if (config != nullptr && *config == '/') return fs::path(config) / "freshet/certificates";
  auto const* const home = std::getenv("HOME");
  return home == nullptr ? fs::path() : fs::path(home) / ".config/freshet/certificates";
}

bool is_plain_name(std::string const& store) {
  return !store.empty() && store.front() != '.' && store.find('/') == std::string::npos;
}

std::vector<fs::path> files_in(fs::path const& folder, std::error_code& error) {
  std::vector<fs::path> files;
  fs::directory_iterator walk(folder, error);
  for (; !error && walk != fs::directory_iterator(); walk.increment(error)) {
    if (walk->path().extension() == ".pem") files.push_back(walk->path());
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

std::string CertificateName::subject_text() const {
  std::string text;
  for (auto const& value : subject) text += (text.empty() ? "" : ", ") + value;
  return text;
}

bool CertificateName::is_called(std::string_view asked) const {
  auto const parts = parts_of(asked);
  // clang 14 cannot look into the subrange of std::ranges::search.
  return std::search(subject.begin(), subject.end(), parts.begin(), parts.end(), same_letters) !=
         subject.end();
}

std::optional<CertificateName> certificate_name(std::string_view pem) {
  std::unique_ptr<BIO, Free> const bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  std::unique_ptr<X509, Free> const certificate(
      PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  CertificateName name;
  unsigned size = 0;
  if (!certificate ||
      X509_digest(certificate.get(), EVP_sha1(), name.thumbprint.data(), &size) != 1)
    return std::nullopt;
  auto const* const subject = X509_get_subject_name(certificate.get());
  for (int i = 0; i < X509_NAME_entry_count(subject); ++i) {
    name.subject.push_back(value_of(X509_NAME_get_entry(subject, i)));
  }
  return name;
}

HRESULT find_certificate(BG_CERT_STORE_LOCATION location, std::string const& store,
                         Fits const& fits, std::string& pem) {
  if (location < BG_CERT_STORE_LOCATION_CURRENT_USER ||
      location > BG_CERT_STORE_LOCATION_LOCAL_MACHINE_ENTERPRISE) {
    return E_NOTIMPL;
  }
  auto const folder = folder_of(location);
  if (folder.empty() || !is_plain_name(store)) return HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
  std::error_code error;
  auto const files = files_in(folder / store, error);
  if (error == std::errc::permission_denied) return E_ACCESSDENIED;
  if (error) return HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
  for (auto const& path : files) {
    auto text = read_small_file(path.string(), kClientCertificateBytesMax);
    auto const name = text ? certificate_name(*text) : std::nullopt;
    if (!name || !fits(*name)) continue;
    pem = std::move(*text);
    return S_OK;
  }
  return CRYPT_E_NOT_FOUND;
}

}  // namespace freshet::com
