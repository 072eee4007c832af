// Certificates made on the spot, for servers in tests. Any thread.
#pragma once

#include <string>

namespace freshet::test {

struct TlsFiles {
  std::string certificate;  // PEM file of the server.
  std::string key;          // PEM file of its private key.
  std::string ca;           // PEM file that clients may trust.
};

// A CA and a certificate for `host` (a name or an address), written into `directory`. `usage`: what
// alone it is for, as OpenSSL calls it ("clientAuth").
[[nodiscard]] TlsFiles make_certificate(std::string const& directory, std::string const& host,
                                        bool expired = false, std::string const& usage = {});

}  // namespace freshet::test
