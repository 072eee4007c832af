// How a job's servers are spoken to, besides what is usual. Plain values.
#pragma once

#include <cstdint>
#include <string>

namespace freshet {

// What may be wrong with a server's certificate: bits.
namespace tls_flaw {
inline constexpr std::uint32_t name = 0x1;       // It is another host's.
inline constexpr std::uint32_t date = 0x2;       // It has expired, or is not valid yet.
inline constexpr std::uint32_t authority = 0x4;  // Nobody who is trusted signed it.
inline constexpr std::uint32_t usage = 0x8;      // It is not for servers.
}  // namespace tls_flaw

struct HttpTerms {
  // PEM: the client's certificate, those that lead up from it, and its key without a passphrase; at
  // most 64 KiB. Shown to the hosts of the files' URLs that ask for it. Jobs are shown without the
  // key; a certificate without one that is the job's own keeps it.
  std::string client_certificate;
  // Put up with, as `tls_flaw` says. What came so counts as unencrypted: anyone may have sent it.
  std::uint32_t accepted_flaws = 0;
  bool follow_redirects = true;
  // Reached without the proxy: hosts with commas between, ".example.org" with all below; "*": all.
  std::string no_proxy;
  // "user:password", percent-encoded as in a URL, for the same hosts: for Digest alone.
  std::string digest_credentials;
  bool operator==(HttpTerms const&) const = default;

  void drop_secrets() {
    client_certificate.clear();
    digest_credentials.clear();
  }
};

}  // namespace freshet
