// Transfers: one for each content that jobs want, however many jobs want it.
//
// Loop only. The job side asks with a wish and hears of it through a listener; everything between
// (sources, planning, identity, retries of single sources) stays inside. A transfer ends when its
// content is verified and durable, or with an error that names file, source and reason.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/loop.h"
#include "engine/content/trust.h"
#include "engine/ports/clock.h"
#include "engine/ports/content_store.h"
#include "engine/ports/log.h"
#include "engine/ports/origin.h"
#include "engine/ports/random.h"
#include "engine/ports/swarm.h"
#include "freshet/counters.h"
#include "freshet/job.h"

namespace freshet {

enum class WishId : std::uint64_t { none = 0 };

// What one file of one job wants.
struct Wish {
  FileSpec file;  // Where from, which bytes, what they must be.
  // The bytes of `file.manifest` when that is a path: files are read outside the engine. A URL is
  // fetched by the transfer.
  std::string manifest_document;
  std::vector<std::string> signed_by;  // As in JobSpec.
  std::vector<HttpHeader> headers;
  std::string proxy;
  std::string ca_file;
  bool allow_downgrade = false;
  HttpTerms http;
  std::uint32_t connections = 0;  // To one source; 0: chosen by measurement.
  Priority priority = Priority::foreground;
  FetchLimit limit;   // Shared with other wishes of the same job.
  bool peers = true;  // Whether peers may be asked and served.
  // What is missing of these comes first, in this order.
  std::vector<ByteRange> preferred;
  // What an earlier run left.
  SpoolId spool = SpoolId::none;
  Validator validator;
};

struct WishProgress {
  std::optional<Bytes> length;  // Of the remote file.
  Bytes wanted = 0;             // Bytes of it that were asked for; 0 until the length is known.
  Bytes done = 0;               // Of these, verified (or received, while nothing can verify).
  Bytes from_origin = 0;
  Bytes from_peers = 0;
  Bytes wasted = 0;
  std::uint32_t connections = 0;  // Open now.
  Bytes from_cache_hosts = 0;     // Of those from origins.
};

struct WishResult {
  SpoolId spool = SpoolId::none;
  Bytes length = 0;
  std::optional<ContentId>
      content;  // Absent when only ranges were wanted of an unidentified content.
  std::optional<Digest> sha256;
  Trust trust = Trust::computed;
  std::string signer;                // Of the manifest; empty when no signature was verified.
  std::optional<WallTime> modified;  // Last-Modified of the origin.
};

class WishListener {
 public:
  virtual ~WishListener() = default;
  // The spool and validator to remember, as soon as there are some, and whenever they change (the
  // content changed at the origin: everything starts over). Save before more is promised.
  virtual void on_spool(WishId wish, SpoolId spool, Bytes length, Validator const& validator) = 0;
  // All bytes are there and wait for the store to make them durable: the wish takes no place among
  // those that fetch any more, unless they turn out wrong.
  virtual void on_arrived(WishId) {}
  virtual void on_transferred(WishId wish, WishResult result) = 0;
  // The transfer gave up on every source for now. Nothing is lost: a later wish goes on from there.
  virtual void on_failed(WishId wish, Error error) = 0;
};

struct TransferOptions {
  std::uint32_t transfers_max = 16;  // Running at the same time; more wait in order.
  std::uint32_t connections_per_source_max = 8;
  std::uint32_t connections_per_host_max = 16;  // Over all transfers.
  std::uint32_t connections_max = 32;           // Over all transfers and hosts.
  std::uint32_t source_failures_max = 5;        // In a row, until a source is left alone.
  Duration backoff_min = std::chrono::milliseconds{250};
  Duration backoff_max = std::chrono::seconds{30};
  Duration stall_timeout = std::chrono::seconds{30};
  Duration head_timeout = std::chrono::seconds{30};
  std::uint32_t restarts_max = 3;     // Of one transfer, when the content changes at the origin.
  std::uint32_t seals_max = 256;      // Waiting for the store to make contents durable.
  Bytes manifest_bytes_max = 64_MiB;  // Of a document fetched from a URL.
  std::size_t why_entries_max = 256;  // Of one transfer's decision record.
  TrustedKeys trusted_keys;           // Whose signatures make a manifest trusted.
  bool signatures_required = false;   // Whether a manifest without such a signature is refused.
};

// What the administrator's policies say of transfers now.
struct TransferPolicy {
  struct Kind {
    BytesPerSecond limit{};      // Of all such transfers together, from origins; 0: none.
    Duration origin_delay{};     // So long peers alone may bring it, where there can be some;
    Duration cache_delay{};      // then so long cache hosts, while they fail.
    BytesPerSecond peers_min{};  // Peers that deliver less are helped by the origin.
    bool operator==(Kind const&) const = default;
  };
  Kind foreground;
  Kind background;                       // Every other priority.
  bool peers = true;                     // Whether any may be met at all,
  std::string peers_why;                 // and what forbids it.
  std::string serving_why;               // What forbids to send them anything; empty: nothing.
  Bytes peer_bytes_min = 64_KiB;         // Finding peers for less takes longer than fetching it.
  std::vector<std::string> cache_hosts;  // "host", "host:port"; in order.
  bool operator==(TransferPolicy const&) const = default;

  [[nodiscard]] Kind const& of(Priority priority) const {
    return priority == Priority::foreground ? foreground : background;
  }
};

// What came from elsewhere than peers, since the start.
struct FetchedBytes {
  Bytes from_origin = 0;  // And mirrors.
  Bytes from_cache_hosts = 0;
  std::uint64_t files = 0;  // That were transferred whole.
};

// How many of what is under way.
struct TransferCounts {
  std::uint32_t foreground = 0;
  std::uint32_t foreground_waiting = 0;
  std::uint32_t background = 0;
  std::uint32_t background_waiting = 0;
  std::uint32_t origin_connections = 0;
  std::uint32_t cache_connections = 0;
};

struct TransferPorts {
  Loop& loop;
  Clock& clock;
  Random& random;
  Log& log;
  ContentStore& store;
  Origin& origin;
  Swarm* swarm = nullptr;  // Null: no peers.
};

class Transfers {
 public:
  Transfers(TransferPorts ports, TransferOptions options);
  ~Transfers();  // Stops everything and keeps the bytes; no wish hears of it.
  Transfers(Transfers const&) = delete;
  Transfers& operator=(Transfers const&) = delete;

  // Starts or joins the transfer of this content. Events may arrive from the next turn of the loop
  // on. The wish ends with `on_transferred` or `on_failed`; its progress and its decision record
  // can be asked for until it is dropped.
  [[nodiscard]] WishId want(Wish wish, WishListener& listener);
  // No more events for this wish, which must not have been dropped before; from a listener's own
  // event too. The last wish of a transfer stops its fetches and keeps its bytes.
  void drop(WishId wish);

  [[nodiscard]] WishProgress progress(WishId wish) const;
  // The decision record so far, as a JSON object (docs/why.md).
  [[nodiscard]] std::string why(WishId wish) const;
  // What of the content, from `begin` on, may be handed out before its end: it agrees with what is
  // known of it, or nothing can ever judge it. Empty: nothing there.
  [[nodiscard]] ByteRange ready(WishId wish, Bytes begin) const;
  // What a server answered last about it; null before there was any answer.
  [[nodiscard]] std::shared_ptr<HttpAnswer const> answer(WishId wish) const;
  // As `Wish::preferred`, from now on.
  void prefer(WishId wish, std::vector<ByteRange> ranges);
  // A content that was transferred whole stays with the swarm, for others, until this is called.
  void stop_sharing(SpoolId spool);
  // Joins one that was transferred whole, and whose SHA-256 is proven, with the swarm; false when
  // it may not be shared.
  [[nodiscard]] bool share_proven(SpoolId spool);
  // A content that is stored already joins the swarm as one that was transferred.
  void share(SwarmSpec spec, PieceMap const& present);
  // Whether the swarm has it without a transfer,
  [[nodiscard]] bool shares(SpoolId spool) const;
  // and whether a transfer has it now.
  [[nodiscard]] bool runs(SpoolId spool) const;
  // For all transfers together, from origins; 0 is no limit.
  void set_limit(BytesPerSecond limit);
  // From now on, also for what runs.
  void set_policy(TransferPolicy policy);
  [[nodiscard]] FetchedBytes const& fetched() const;
  // Of those counters that are about transfers.
  [[nodiscard]] EngineCounters counters() const;
  [[nodiscard]] TransferCounts counts() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace freshet
