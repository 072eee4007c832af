// Certificates of clients as programs for Windows look for them: stores are folders of PEM files,
// each with a certificate and its key.
//
// Any thread; reads files with the rights of this process.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/com/copy_types.h"
#include "freshet/com/types.h"

namespace freshet::com {

struct CertificateName {
  std::array<BYTE, 20> thumbprint{};  // SHA-1 of the certificate.
  std::vector<std::string> subject;   // Values of its name, in its order: country before person.

  [[nodiscard]] std::string subject_text() const;  // With ", " between.
  // `asked` are adjacent ones of these, with commas between; the case of letters does not count.
  [[nodiscard]] bool is_called(std::string_view asked) const;
};

// Of the first certificate in it.
[[nodiscard]] std::optional<CertificateName> certificate_name(std::string_view pem);

// `pem` becomes the first one in the store that fits. E_NOTIMPL: no such location; E_ACCESSDENIED;
// ERROR_FILE_NOT_FOUND: no such store; CRYPT_E_NOT_FOUND: none fits.
using Fits = std::function<bool(CertificateName const&)>;
[[nodiscard]] HRESULT find_certificate(BG_CERT_STORE_LOCATION location, std::string const& store,
                                       Fits const& fits, std::string& pem);

}  // namespace freshet::com
