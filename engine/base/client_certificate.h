// A client's certificate and its key as one PEM text. Pure.
#pragma once

#include <string>
#include <string_view>

#include "freshet/error.h"

namespace freshet {

inline constexpr std::size_t kClientCertificateBytesMax = 64 * 1024;

// A certificate, and the key that belongs to it. Error: invalid_argument.
[[nodiscard]] Result<void> check_client_certificate(std::string_view pem);

// The certificates alone, in their order.
[[nodiscard]] std::string certificates_of(std::string_view pem);

}  // namespace freshet
