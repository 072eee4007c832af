// Directives about caching, of requests and of responses: Cache-Control in all its odd forms (RFC
// 9111 §5.2, RFC 5861), and fields that speak to one kind of cache, CDN-Cache-Control (RFC 9213).
//
// Pure; any thread. Hostile input: what is malformed is read as asking for more care.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/node/http/fields.h"

namespace freshet::node {

using Seconds = std::chrono::seconds;

struct CacheControl {
  bool no_store = false;
  bool no_cache = false;    // Without names of fields.
  bool is_private = false;  // The same.
  bool is_public = false;
  bool must_revalidate = false;
  bool proxy_revalidate = false;
  bool must_understand = false;
  bool no_transform = false;
  bool only_if_cached = false;
  bool max_stale_any = false;                // max-stale without a number.
  std::vector<std::string> no_cache_fields;  // Lower case; no-cache="a, b".
  std::vector<std::string> private_fields;   // Lower case; private="a, b".
  std::optional<Seconds> max_age;            // 0 when it is malformed, or there are two.
  std::optional<Seconds> s_maxage;           // The same.
  std::optional<Seconds> max_stale;
  std::optional<Seconds> min_fresh;
  std::optional<Seconds> stale_while_revalidate;
  std::optional<Seconds> stale_if_error;
  bool operator==(CacheControl const&) const = default;
};

// All lines of the field as one list.
[[nodiscard]] CacheControl parse_cache_control(std::string_view list);
// Of a request; Pragma: no-cache counts where there is no Cache-Control (RFC 9111 §5.4).
[[nodiscard]] CacheControl request_cache_control(Fields const& fields);

struct ResponseControl {
  CacheControl directives;
  bool targeted =
      false;  // They come from CDN-Cache-Control: Cache-Control and Expires are not read.
};
[[nodiscard]] ResponseControl response_cache_control(Fields const& fields);

// "60", or the most that is of use when it is longer than numbers are (RFC 9111 §1.2.2); nothing
// for what is no number.
[[nodiscard]] std::optional<Seconds> parse_delta_seconds(std::string_view text);

}  // namespace freshet::node
