// ContentStore: knows every content, opens and closes them, and lets the parts do their work.
//
// Loop only. State and flow; decisions and disk work are in the parts.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <vector>

#include "engine/ports/clock.h"
#include "engine/ports/content_store.h"
#include "engine/ports/log.h"
#include "store/database_arrivals.h"
#include "store/database_share_marks.h"
#include "store/digest_pass.h"
#include "store/epochs.h"
#include "store/intake.h"
#include "store/loader.h"
#include "store/placer.h"
#include "store/scrubber.h"
#include "store/spool_gate.h"
#include "store/spool_refs.h"
#include "store/store.h"

namespace freshet::store {

class Contents final : public ContentStore,
                       private IntakeEvents,
                       private EpochEvents,
                       private PlaceEvents,
                       private ScrubEvents {
 public:
  struct Ports {
    Disk& disk;
    KeyValue& database;
    Work& work;
    Clock& clock;
    Log& log;
    SpoolRefs& refs;
    DatabaseShareMarks& marks;
    DatabaseArrivals& arrivals;
  };
  struct Start {
    std::vector<SpoolRecord> records;
    std::uint64_t next_id = 1;
  };
  Contents(Ports ports, StoreOptions const& options, Start start);
  ~Contents() override;

  void set_events(StoreEvents* events) override { events_ = events; }
  void set_other_events(StoreEvents* events) override { other_events_ = events; }
  [[nodiscard]] Gate& gate() override { return *gate_; }
  void open(SpoolSpec spec, std::function<void(Result<OpenedSpool>)> done) override;
  void reopen(SpoolId spool, std::function<void(Result<OpenedSpool>)> done) override;
  void identify(SpoolId spool, Identity identity, std::function<void(Result<void>)> done) override;
  void discard(SpoolId spool, PieceMap const& pieces, std::function<void()> done) override;
  void seal(SpoolId spool, std::function<void(Result<Sealed>)> done) override;
  void place(SpoolId spool, Placement placement, std::function<void(Result<void>)> done) override;
  void lend(SpoolId spool, Placement placement, Lent done) override;
  void release(SpoolId spool) override;
  void flush(std::function<void()> done) override;
  void set_cache_rules(CacheRules rules);
  // When what the cache alone keeps has been there long enough; nothing for all else.
  [[nodiscard]] std::optional<WallTime> expires(SpoolId spool) const;
  [[nodiscard]] std::vector<StoredContent> list() const override;
  [[nodiscard]] std::string path_of(SpoolId spool) const override;
  [[nodiscard]] std::optional<PresentPieces> present(SpoolId spool) const override;
  [[nodiscard]] Result<Bytes> purge(SpoolId spool) override;
  void verify(SpoolId spool, std::function<void(Result<PieceMap>)> done) override;

  // What the cache let go to keep its rules, since the start.
  struct Evicted {
    std::uint64_t contents = 0;
    Bytes bytes = 0;
  };
  [[nodiscard]] Evicted const& evicted() const { return evicted_; }
  [[nodiscard]] SpoolGate& spool_gate() { return *gate_; }
  [[nodiscard]] Intake& intake() { return intake_; }
  // Once, first: removes what no job refers to and the cache may not keep, and begins to scrub.
  void start();
  // No more bytes; `done` runs when everything is durable and nothing is under way.
  void stop(std::function<void()> done);

 private:
  using OpenDone = std::function<void(Result<OpenedSpool>)>;
  struct Entry {
    SpoolRecord record;
    std::shared_ptr<Spool> spool;  // While it is open.
    Identity identity;             // While it is open.
    std::shared_ptr<DigestPass> pass;
    std::vector<OpenDone> opening;  // Who waits for it to be opened.
    bool released = false;
    std::uint32_t checks = 0;  // Under way: it stays open, but nobody uses it.
  };

  // IntakeEvents
  void on_present(std::shared_ptr<Spool> const& spool, PieceIndex piece, SourceId who) override;
  void on_rejected(std::shared_ptr<Spool> const& spool, PieceIndex piece,
                   std::vector<Blame> blame) override;
  void on_liars(std::shared_ptr<Spool> const& spool, std::vector<Blame> const& blame) override;
  void on_broken(std::shared_ptr<Spool> const& spool, Error error) override;
  void on_grown(std::shared_ptr<Spool> const& spool, SourceId who) override;
  // EpochEvents
  [[nodiscard]] SpoolRecord record_of(SpoolId spool) override;
  void on_durable(std::shared_ptr<Spool> const& spool, Bytes present) override;
  void on_not_durable(std::shared_ptr<Spool> const& spool, Error error) override;
  // PlaceEvents
  [[nodiscard]] std::optional<SpoolRecord> record_to_place(SpoolId id) override;
  [[nodiscard]] bool may_move(SpoolId id) override;
  void on_moved(SpoolId id, std::string const& path, FileStamp const& stamp,
                bool keep_sharing) override;
  void on_touched(SpoolId id, FileStamp const& stamp) override;
  void on_changed_outside(SpoolId id, Error const& error, std::function<void()> then) override;
  // ScrubEvents
  [[nodiscard]] std::optional<SpoolId> next_to_scrub(WallTime due) override;
  void open_to_scrub(SpoolId spool, std::function<void(std::shared_ptr<Spool>)> done) override;
  void scrubbed(SpoolId id, std::shared_ptr<Spool> const& spool,
                Result<PieceMap> const& right) override;

  // A content to be lent, and what its file was found to be.
  struct Found {
    explicit Found(SpoolRecord of) : record(std::move(of)) {}
    SpoolRecord record;
    std::optional<FileStamp> stamp;
  };
  [[nodiscard]] Result<std::shared_ptr<LentContent>> open_to_lend(Found& found,
                                                                  Placement const& placement);

  template <typename Event>
  void tell(Event const& event) {
    if (events_ != nullptr) event(*events_);
    if (other_events_ != nullptr) event(*other_events_);
  }
  [[nodiscard]] Entry* find(SpoolId spool);
  [[nodiscard]] Entry* find_open(std::shared_ptr<Spool> const& spool);
  [[nodiscard]] SpoolId next_id();
  [[nodiscard]] std::optional<SpoolId> sealed_like(SpoolSpec const& spec) const;

  void open_new(SpoolSpec spec, OpenDone done);
  void open_small(Entry& entry, OpenDone done);
  void open_large(Entry& entry, OpenDone done);
  [[nodiscard]] static OpenedSpool opened(Entry& entry, Bytes salvaged);
  [[nodiscard]] Result<void> create(Spool& spool, SpoolRecord const& record,
                                    Manifest const* manifest);  // On a worker.
  void start_book(Entry& entry);
  void open_again(Entry& entry, OpenDone done);
  void load(Entry& entry, bool trust_received);
  void on_loaded(SpoolId id, Result<Loaded> loaded);
  void answer_opening(SpoolId id, std::optional<Error> error, Bytes salvaged, bool gone = false);
  void begin_pass(Entry& entry);
  [[nodiscard]] Result<void> check_present(Entry& entry, Placement const& placement);

  void compare_present(Entry& entry, std::shared_ptr<Manifest const> const& manifest);
  void write_identity(Entry& entry, std::shared_ptr<Manifest const> manifest,
                      std::function<void(Result<void>)> done);
  void drop_pieces(Entry& entry, std::vector<PieceIndex> pieces,
                   std::function<void(Result<void>)> done);
  void write_dropped(Entry& entry, std::vector<PieceIndex> pieces,
                     std::function<void(Result<void>)> done);
  void seal_checked(SpoolId id, DigestPass::Outcome const& outcome,
                    std::function<void(Result<Sealed>)> done);
  void reject_ranges(Entry& entry, std::vector<ByteRange> const& ranges,
                     std::function<void(Result<Sealed>)> done);
  void commit_seal(Entry& entry, std::function<void(Result<Sealed>)> done);
  [[nodiscard]] static Result<std::shared_ptr<Manifest const>> manifest_of(Spool& spool);
  void on_sealed(Entry& entry, SpoolRecord record, std::shared_ptr<Manifest const> const& manifest);
  void open_to_check(SpoolId id, OpenDone done);
  void end_check(SpoolId id);
  void on_checked(std::shared_ptr<Spool> const& spool, Result<PieceMap> right,
                  std::function<void(Result<PieceMap>)> done);
  void note_checked(Entry& entry);

  void close_spool(Entry& entry, Error why);
  SpoolId index(SpoolRecord const& record);  // The one that was indexed as this content before.
  void unindex(SpoolRecord const& record);
  [[nodiscard]] bool is_needed(Entry const& entry) const;
  [[nodiscard]] bool has_newer_double(SpoolRecord const& record) const;
  [[nodiscard]] bool is_shared(SpoolRecord const& record) const {
    return record.sealed && ports_.marks.holds(record.id, ports_.clock.wall());
  }
  void maybe_drop(SpoolId id);
  void drop(SpoolId id);
  void trim_soon();
  void trim_cache();

  Ports ports_;
  StoreOptions const options_;
  CacheRules cache_{options_.cache_bytes_max, {}};
  std::string const spool_directory_;
  StoreEvents* events_ = nullptr;
  StoreEvents* other_events_ = nullptr;
  std::map<SpoolId, Entry> entries_;
  std::map<ContentId, SpoolId> sealed_by_content_;
  std::map<Digest, SpoolId> sealed_by_sha256_;
  std::uint64_t next_id_;
  std::uint64_t ids_reserved_;
  bool stopping_ = false;
  Evicted evicted_;
  bool trimming_ = false;  // It is posted.

  std::shared_ptr<OpenFiles> open_files_;  // Contents that are still written may outlive us.
  Loader loader_;
  Intake intake_;
  std::shared_ptr<SpoolGate> gate_;  // Streams of carriers may outlive us.
  Epochs epochs_;
  Placer placer_;
  Scrubber scrubber_;
};

}  // namespace freshet::store
