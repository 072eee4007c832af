// URLs of sources and documents: http, https and file (RFC 3986), read strictly and written one
// way.
//
// Pure; any thread. Hostile input gives errors.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "freshet/error.h"

namespace freshet {

inline constexpr std::size_t kUrlBytesMax = 8192;

struct Url {
  std::string scheme;      // "http", "https" or "file".
  std::string userinfo;    // As written, percent-encoded; empty when absent.
  std::string host;        // Lower case; an IPv6 address without brackets. Empty for file.
  std::uint16_t port = 0;  // The scheme's own unless written; 0 for file.
  std::string path;        // From "/" on, percent-encoded, without dot segments.
  std::optional<std::string> query;  // Without "?", percent-encoded.

  bool operator==(Url const&) const = default;
  // Same scheme, host and port: where credentials may go (RFC 9110 §4.3.1).
  [[nodiscard]] bool same_origin(Url const& other) const;
  // "host", "host:port", "[v6]:port"; the port only when it is not the scheme's own.
  [[nodiscard]] std::string authority() const;
};

// invalid_argument or unsupported_scheme; the error never carries credentials or the query. Bytes
// that are not ASCII are percent-encoded in path and query; the fragment is dropped, as it is never
// sent.
[[nodiscard]] Result<Url> parse_url(std::string_view text);
// With credentials and query: for the wire and the store, not for logs.
[[nodiscard]] std::string to_string(Url const& url);

// What a reference found in a document or answer of `base` means (RFC 3986 §5.2). Never leads from
// http or https to file.
[[nodiscard]] Result<Url> resolve_url(Url const& base, std::string_view reference);

// The local path of a file URL, decoded. invalid_argument for another scheme, and for paths with an
// encoded "/" or zero byte.
[[nodiscard]] Result<std::string> local_path(Url const& url);

// `text` as one path segment or query value: all but letters, digits and "-._~" is encoded.
[[nodiscard]] std::string percent_encoded(std::string_view text);

// For logs and errors: without userinfo, query and fragment, printable. Takes any text; of what is
// no URL nothing is shown that could hide a credential.
[[nodiscard]] std::string redact(std::string_view text);

}  // namespace freshet
