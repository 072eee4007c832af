// HTTP sources: origins, mirrors, cache hosts.
//
// Loop only; events run on the loop. The adapter carries bytes from the network to the gate on its
// own thread; the engine only orders and hears. One fetch is one request for one range. What each
// odd server behaviour leads to is in docs/origin.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/ports/gate.h"
#include "engine/ports/source_id.h"
#include "freshet/digest.h"
#include "freshet/error.h"
#include "freshet/http_answer.h"
#include "freshet/http_terms.h"
#include "freshet/units.h"

namespace freshet {

enum class FetchId : std::uint64_t { none = 0 };

// How far inside an address lies, as seen from the Internet. Whoever names a URL (by a redirect, a
// link, a manifest) may lead us no further inside than where he answered from himself: else anybody
// could have us knock at what only we can reach.
enum class Reach : std::uint8_t {
  internet,
  site,     // Private networks.
  link,     // Link-local.
  machine,  // Loopback.
};

struct HttpHeader {
  std::string name;
  std::string value;
};

// What makes two answers parts of the same representation.
struct Validator {
  std::string etag;           // As sent, quotes and weakness mark included; empty when absent.
  std::string last_modified;  // As sent; empty when absent.
  bool operator==(Validator const&) const = default;
  // Usable in If-Range: a strong entity tag, or a date old enough to be strong (RFC 9110 §8.8.2.2).
  [[nodiscard]] bool strong_etag() const { return !etag.empty() && !etag.starts_with("W/"); }
};

// How to reach one source. Credentials in `url` or `headers` are sent to its host only and never
// logged.
struct OriginSpec {
  std::string url;
  std::vector<HttpHeader> headers;
  std::string proxy;             // Empty: from the environment. "-": none.
  std::string ca_file;           // Empty: the system's.
  bool allow_downgrade = false;  // https may redirect to http.
  HttpTerms http;
  // Somebody who answered from there named it: nothing further inside is dialled. Absent: the job
  // did, which may name any. A redirect is dialled no further inside than where it came from.
  std::optional<Reach> named_from;
  // Nobody but the host of the URL can have sent what comes from it.
  [[nodiscard]] bool proven() const {
    return url.starts_with("https://") && !allow_downgrade && http.accepted_flaws == 0;
  }
  void drop_credentials() {
    headers.clear();
    http.drop_secrets();
  }
};

// What some fetches may bring together, besides the limit of all.
enum class LimitId : std::uint64_t { none = 0 };
struct FetchLimit {
  LimitId id = LimitId::none;  // Fetches with the same one share it.
  BytesPerSecond rate{};
  bool operator==(FetchLimit const&) const = default;
};

struct FetchOrder {
  FetchId id = FetchId::none;
  SourceId source = SourceId::none;
  OriginSpec origin;
  // Absent end: to the end of the content, whatever that is. `begin` is a multiple of 16 KiB. A
  // server without ranges serves an open range by reading up to it; a closed one far inside is
  // refused with range_not_supported.
  Bytes begin = 0;
  std::optional<Bytes> end;
  // A server that ignores the range sends everything: a fetch from 0 then goes on to the end of the
  // content instead of breaking off at `end`.
  bool all_without_ranges = false;
  // Sent as If-Range when strong; a different one in the answer ends the fetch with
  // content_changed.
  std::optional<Validator> expected_validator;
  std::optional<Bytes>
      expected_length;  // Of the whole; another ends the fetch with length_mismatch.
  // Where bytes go. `none`: the answer's head is reported, at most 64 KiB of body are held, and the
  // rest waits until `attach`. Even an empty content ends
  // only then.
  SpoolId spool = SpoolId::none;
  Duration head_timeout = std::chrono::seconds{30};
  Duration stall_timeout = std::chrono::seconds{30};
  FetchLimit limit;
};

// What the head of an answer said.
struct OriginHead {
  std::optional<Bytes> length;  // Of the whole content.
  Bytes begin = 0;              // Where this body starts: 0 when the server ignored the range.
  bool ranges = false;          // It answered 206, or 200 with Accept-Ranges: bytes.
  Validator validator;
  std::string final_url;          // After redirects.
  Reach reach = Reach::internet;  // Of who answered.
  bool tls_verified = false;
  std::optional<Digest> repr_digest;       // SHA-256 of the whole (RFC 9530, older Digest).
  std::vector<std::string> manifest_urls;  // Link: rel=describedby, absolute.
  std::optional<WallTime> modified;
  Duration latency{};        // From request to the head's first byte.
  std::string http_version;  // "1.1", "2".
};

struct FetchEnd {
  std::optional<Error> error;  // Absent: the whole range arrived.
  Bytes received = 0;          // Body bytes taken from the network, useful or not.
  // All before this position (from the fetch's begin) was passed to the gate: where to go on. A
  // multiple of 16 KiB unless it is where the fetch should end.
  Bytes next = 0;
  std::optional<Duration> retry_after;  // As the server asked (429, 503).
};

// A small one: a manifest, a piece hash file, a signature.
struct Document {
  std::string bytes;
  Reach from = Reach::internet;
};

class OriginEvents {
 public:
  virtual ~OriginEvents() = default;
  // Whatever the server said, right or wrong; before `on_head` or the end.
  virtual void on_answer(FetchId, HttpAnswer /*answer*/) {}
  virtual void on_head(FetchId fetch, OriginHead head) = 0;
  // At most ten times a second for each fetch: the position up to which bytes were passed on.
  virtual void on_progress(FetchId fetch, Bytes next) = 0;
  // Always the last event of a fetch; also after `cancel`, with `cancelled`.
  virtual void on_fetch_end(FetchId fetch, FetchEnd end) = 0;
};

class Origin {
 public:
  virtual ~Origin() = default;

  virtual void set_events(OriginEvents* events) = 0;

  virtual void fetch(FetchOrder order) = 0;
  // Tells a fetch without a spool where its bytes go.
  virtual void attach(FetchId fetch, SpoolId spool) = 0;
  // Ends the fetch at `end` (a multiple of 16 KiB) instead of later. A fetch that has already
  // passed it ends at once. Either way it ends without error.
  virtual void shorten(FetchId fetch, Bytes end) = 0;
  virtual void cancel(FetchId fetch) = 0;

  // For all fetches together; 0 is no limit. Takes effect within a second.
  virtual void set_limit(BytesPerSecond limit) = 0;
  // From now on this fetch counts for this limit, whose rate is this for all of its fetches.
  virtual void set_fetch_limit(FetchId fetch, FetchLimit limit) = 0;
  // At most `size_max` bytes.
  virtual void get_document(OriginSpec origin, Bytes size_max,
                            std::function<void(Result<Document>)> done) = 0;
};

}  // namespace freshet
