// One transfer: the flow between the ports that brings one content to all who want it.
//
// Thread: engine loop. Shared by `Transfers` and the callbacks that the store still owes it; it
// ends when the last of them is gone. Decisions are the planner's; whether bytes may be mixed is
// mixing.h's; this class only carries out and keeps track.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/content/manifest_trust.h"
#include "engine/transfer/company.h"
#include "engine/transfer/peer_notes.h"
#include "engine/transfer/piece_senders.h"
#include "engine/transfer/planner.h"
#include "engine/transfer/told_book.h"
#include "engine/transfer/transfers.h"
#include "engine/transfer/wait_ahead.h"
#include "engine/transfer/wait_book.h"
#include "engine/transfer/wish_book.h"

namespace freshet {

class Transfer;

// What all transfers share, and how one tells the others of itself.
class TransferHost {
 public:
  virtual ~TransferHost() = default;
  [[nodiscard]] virtual TransferPorts const& ports() = 0;
  [[nodiscard]] virtual TransferOptions const& options() = 0;
  [[nodiscard]] virtual TransferPolicy const& policy() = 0;
  [[nodiscard]] virtual BytesPerSecond limit() = 0;  // Of all transfers, from origins; 0: none.
  [[nodiscard]] virtual EngineCounters& counters() = 0;
  [[nodiscard]] virtual FetchIds& fetch_ids() = 0;
  [[nodiscard]] virtual ConnectionBudget& budget() = 0;
  [[nodiscard]] virtual SourceId next_source() = 0;

  // Events of this fetch (spool) go to this transfer from now on.
  virtual void own_fetch(StartFetch const& fetch, Source const& source,
                         std::shared_ptr<Transfer> transfer) = 0;
  virtual void own_spool(SpoolId spool, std::shared_ptr<Transfer> transfer) = 0;
  virtual void disown_spool(SpoolId spool) = 0;
  // The swarm keeps it after the transfer's end.
  virtual void on_shared(SpoolId spool) = 0;
  // It may be shared so, if it is kept.
  virtual void on_proven(SwarmSpec spec) = 0;
  // `Transfer::advance` runs then, if nothing runs it before.
  virtual void wake_at(TimePoint when) = 0;
  // It fetches no more: the next one may start. The first: it only waits for the store to seal.
  virtual void on_sealing(Transfer& transfer) = 0;
  virtual void on_ended(Transfer& transfer) = 0;
  // What was sealed is not right: it fetches again.
  virtual void on_fetching_again(Transfer& transfer) = 0;
  // It is about to ask for connections.
  virtual void before_plan(Transfer const& transfer) = 0;
  // Peers are looked for.
  virtual void on_searching() = 0;
  // It is about to ask the origin for bytes.
  virtual void on_asking_origin(Transfer const& transfer) = 0;
  // Those who may have it are known.
  [[nodiscard]] virtual bool among_known(Transfer const& transfer) = 0;
  // It asks peers which content has this SHA-256, and says what it knows itself; and no more.
  virtual void meet(Digest const& sha256, DigestWord const& ours, Transfer const& transfer) = 0;
  virtual void part(Digest const& sha256, Transfer const& transfer) = 0;
};

class Transfer : public std::enable_shared_from_this<Transfer> {
 public:
  enum class Phase : std::uint8_t {
    queued,
    identifying,  // A manifest is on its way.
    probing,      // Nothing is known of the content's size yet.
    opening,      // The store makes room.
    fetching,
    sealing,
    ended,
  };

  Transfer(TransferHost& host, std::string key, TimePoint now);

  void join(WishId id, Wish wish, WishListener& listener);
  // True when nobody wants it any more.
  [[nodiscard]] bool leave(WishId wish);
  void prefer(WishId wish, std::vector<ByteRange> ranges);
  // These have it: the origin is asked only when they do not give it. Before `start`.
  void expect(std::vector<Company::Holder> holders);
  void start();
  void advance();
  void stop();

  void on_piece_present(SpoolId spool, PieceIndex piece, SourceId sender);
  void on_piece_rejected(SpoolId spool, PieceIndex piece, std::vector<Blame> blame);
  void on_liars_proven(std::vector<Blame> const& blame);
  void on_spool_failed(SpoolId spool, Error error);
  void on_peer(PeerInfo const& peer);
  void on_peer_gone(SourceId peer, Error why);
  void on_peer_refused(std::string const& address, Error const& why);
  void on_peer_has(SourceId peer, PieceMap const& all);
  void on_claims(SourceId peer, std::vector<Claim> const& claims);
  void on_manifest(std::shared_ptr<Manifest const> manifest);
  void on_word(PeerInfo const& peer, DigestWord const& word);
  void on_word_gone(SourceId peer);
  void on_received(SourceId peer, Bytes bytes);
  void on_piece_asked(PieceIndex piece, bool asked);
  void on_answer(HttpAnswer answer) {
    answer_ = std::make_shared<HttpAnswer const>(std::move(answer));
  }
  void on_head(FetchId fetch, OriginHead head);
  void on_progress(FetchId fetch, Bytes next);
  void on_fetch_end(FetchId fetch, FetchEnd end);

  [[nodiscard]] std::string const& key() const { return key_; }
  [[nodiscard]] Phase phase() const { return phase_; }
  [[nodiscard]] Priority priority() const;
  // Peers may have it of us.
  [[nodiscard]] bool shared() const { return swarm_spool_ != SpoolId::none && manifest_told_; }
  [[nodiscard]] bool succeeded() const { return wishes_.succeeded(); }
  [[nodiscard]] bool ended() const { return phase_ == Phase::ended; }  // Nobody joins it any more.
  // The open fetches of cache hosts.
  [[nodiscard]] std::uint32_t cache_connections() const;
  [[nodiscard]] std::size_t connections() const {
    return planner_ ? planner_->fetches().size() : 0;
  }
  [[nodiscard]] std::optional<TimePoint> wake() const { return wake_; }
  // The SHA-256 that it asks peers for.
  [[nodiscard]] std::optional<Digest> const& asked() const { return asked_; }
  [[nodiscard]] WishProgress progress(WishId wish);
  [[nodiscard]] std::string why() const;
  [[nodiscard]] LimiterTimes limiter_times() const { return waits_.times(now()); }
  [[nodiscard]] ByteRange ready(Bytes begin) const;
  [[nodiscard]] std::shared_ptr<HttpAnswer const> const& answer() const { return answer_; }

 private:
  // A manifest's bytes, and who vouches for them.
  struct Fetched {
    std::string bytes;
    Vouched vouched;
    std::optional<Reach> from;  // Absent: the job gave it.
  };
  // How to reach a source, besides what the book says.
  struct Way {
    SourceId id = SourceId::none;
    OriginSpec origin;
  };

  // That came before the store had made room.
  struct EarlyManifest {
    std::shared_ptr<Manifest const> manifest;
    SourceId source = SourceId::none;
    Vouched vouched;
  };

  // Flow, in order.
  void add_source(std::string const& url, Wish const& wish, std::optional<Reach> named_from = {});
  void add_cache_hosts();
  void hold_sources();
  void find_identity();
  void begin_without_manifest();

  // transfer_node.cpp
  [[nodiscard]] bool ask_node();
  void hear_node(Result<Fetched> const& fetched);
  void hear_node_late(Result<Fetched> const& fetched);

  void fetch_manifest(OriginSpec origin, std::function<void(Transfer&, Result<Fetched>)> done);
  void fetch_signature(OriginSpec origin, Fetched fetched,
                       std::function<void(Transfer&, Result<Fetched>)> done);
  void read_manifest(Result<Fetched> fetched);
  [[nodiscard]] Result<void> take_manifest(Fetched const& fetched);
  void do_without_manifest(Error error);
  // False when something stronger contradicts the claim; the error when something equal does.
  [[nodiscard]] Result<bool> believe(IdentityClaim claim);
  void hear_digest(OriginHead const& head);
  void drop_provisional();
  [[nodiscard]] bool origin_contradicts_itself() const;
  void drop_origins_word();
  void open_or_probe();
  void reopen(SpoolId spool);
  void open_fresh(std::optional<Bytes> length);
  void on_opened(Result<OpenedSpool> opened, bool again);
  void use_spool(OpenedSpool opened);
  void admit_sources();
  void tell_spool();
  void finish_wishes();
  void finish_ranges(WishId wish);
  void seal();
  void on_sealed(Result<Sealed> sealed);
  void on_whole_mismatch(Error error);
  void name_culprits(Sealed const& sealed);
  void succeed(std::optional<Sealed> const& sealed, std::vector<WishId> const& wishes);
  void fail_wish(WishId wish, Error error);
  void fail_all(Error error);
  void end();
  void start_over(std::string text);
  void start_over(std::string text, Error after_all);
  [[nodiscard]] bool must_come_in_one(OriginHead const& head) const;
  void allow_parts();
  void drop_spool(SpoolId spool);
  void forget_attempt();

  // Peers.
  void join_swarm();
  void join_with_what_is_known();
  void tell_swarm_manifest();
  void leave_swarm(SpoolId spool);
  void advance_soon();
  [[nodiscard]] std::optional<WhyCode> why_no_peers() const;
  [[nodiscard]] Crowd* crowd();

  // Peers that know its SHA-256.
  [[nodiscard]] bool may_ask() const;
  void ask_peers();
  [[nodiscard]] DigestWord own_word();
  void tell_progress();
  void leave_origin_to_who_is_ahead();
  void stop_asking();
  [[nodiscard]] bool waits_for_word() const;
  void wake_to_ask();
  void wake_for_word();
  void consider_told();
  [[nodiscard]] bool believe_told(ContentId const& content);
  void open_as_told(ContentId const& content);
  void refute(ContentId content, std::string why);
  void give_up_told();
  [[nodiscard]] bool turn_to_others();
  void convict_namers(std::vector<SourceId> const& namers);
  void settle_told(Sealed const& sealed);

  // Orders and events of fetches.
  void carry_out(Plan const& plan);
  void order(StartFetch const& start);
  void take_first_head(FetchId fetch, OriginHead const& head);
  void judge_mirror(FetchId fetch, OriginHead const& head);
  void take_late_manifest(std::shared_ptr<Manifest const> manifest, SourceId source,
                          Vouched const& vouched);
  void take_early_manifest();
  [[nodiscard]] bool ask_next_alone();
  void look_for_manifest(OriginHead const& head, SourceId source);
  void ask_for_manifest(OriginSpec const& origin, SourceId source, bool named_over_tls);
  [[nodiscard]] bool may_come_yet(Result<Fetched> const& fetched, Duration waited) const;
  void on_content_changed(SourceId source, Error error);
  void finish_stream(Bytes length);
  void ban(SourceId source, Offence offence);
  void convict(std::vector<Blame> const& blame);
  void renew_limit();
  void renew_preferred();
  [[nodiscard]] FetchLimit limit_now() const;

  // The decision record.
  void tell_about_peers();
  void tell_policy();
  void tell_refusals(TimePoint until);
  void sum_up();
  void count_delivery();
  [[nodiscard]] Limiter limiter() const;
  void look_at_limiter() { waits_.turn(limiter(), now()); }
  void write_sources(JsonWriter& json) const;
  void write_bound(JsonWriter& json) const;

  [[nodiscard]] bool only_whole_counts() const;
  [[nodiscard]] bool verifiable() const;  // Whoever sends wrong bytes is found out.
  [[nodiscard]] Way const* way(SourceId source) const;
  [[nodiscard]] TimePoint now() const { return host_.ports().clock.now(); }
  [[nodiscard]] Wish const& first_wish() const { return wishes_.all().front().wish; }
  // For callbacks of the store: nothing happens when the attempt they belong to is over.
  template <typename F>
  auto while_alive(F call) {
    return [self = weak_from_this(), attempt = attempt_, call = std::move(call)](auto&&... args) {
      auto const alive = self.lock();
      if (alive && alive->attempt_ == attempt) {
        call(*alive, std::forward<decltype(args)>(args)...);
      }
    };
  }

  TransferHost& host_;
  std::string key_;
  Phase phase_ = Phase::queued;
  WishBook wishes_;
  DecisionRecord why_;
  PeerNotes peer_notes_;
  WaitBook waits_;
  PieceSenders piece_senders_;
  std::shared_ptr<HttpAnswer const> answer_;  // The last. Shared with who asked for it.
  struct Refusal {
    std::string address;
    Error why;
    TimePoint heard{};
  };
  std::vector<Refusal> refusals_;  // That may yet turn out to be a second connection.
  std::uint32_t refusals_told_ = 0;
  std::optional<WhyCode> peers_told_;  // What was last said of peers as a whole,
  std::string policy_told_;            // and of what policy forbids.
  bool held_told_ = false;
  bool summed_up_ = false;
  std::size_t members_most_ = 0;  // Who shared the origin's bytes at the same time.
  std::optional<TimePoint> arrived_;
  SourceBook sources_;
  std::vector<Way> ways_;
  FetchLimit limit_;  // As the fetches have it.
  TimePoint started_{};
  bool caches_added_ = false;
  std::optional<Planner> planner_;  // Of this attempt.
  std::optional<TimePoint> wake_;
  std::uint32_t attempt_ = 0;  // Moves on when everything starts over.

  // The content.
  Identity identity_;
  std::optional<ContentId> expected_;
  SignerPolicy signers_;
  std::vector<IdentityClaim> claims_;  // That were not refused.
  std::optional<Trust> trust_;         // Of the identity; nothing while nobody vouches for one.
  Trust manifest_trust_ = Trust::computed;
  std::string signer_;  // Of the manifest.
  std::optional<EarlyManifest> early_manifest_;
  bool provisional_ = false;    // The whole has a digest that is more trusted than the manifest.
  bool whole_decides_ = false;  // Nothing is handed out before the whole is proven.
  SpoolId spool_ = SpoolId::none;
  std::optional<Bytes> length_;
  SourceId reference_ = SourceId::none;  // Whose representation the spool holds.
  Validator validator_;
  std::optional<WallTime> modified_;
  bool streamed_whole_ = false;           // The stream of unknown length has ended well.
  bool in_one_stream_ = false;            // Parts could not be told to belong together,
  SourceId whole_from_ = SourceId::none;  // so it is asked for everything, although it has ranges.
  FetchId probe_ = FetchId::none;         // Whose head decided.
  std::vector<PieceIndex> early_;         // Present before the end of the one stream was known.
  std::uint32_t restarts_ = 0;

  // After the whole did not match its digest: who sent what, until the right bytes tell.
  std::vector<SourceId> sender_of_;  // By piece; empty while a manifest finds liars at once.
  SpoolId suspect_spool_ = SpoolId::none;
  std::vector<SourceId> suspect_sender_of_;
  SourceId only_source_ = SourceId::none;  // The others wait until it is known who lied.

  ToldBook told_;
  std::optional<Digest> asked_;  // Peers, since then.
  TimePoint asked_since_{};
  std::optional<ContentId> believed_;  // Although nobody but peers names it: provisional.
  std::uint32_t lies_ = 0;
  // Of what comes from the origin, as peers are told of it: what it is now, not what it was.
  RateEstimate own_rate_{std::chrono::milliseconds{750}};
  Duration own_time_{};  // That it was measured for.
  Bytes told_done_ = 0;
  TimePoint told_at_{};
  WaitAhead wait_ahead_;
  bool waits_ahead_ = false;

  std::vector<Company::Holder> holders_;
  bool manifest_told_ = false;           // To the swarm.
  SpoolId swarm_spool_ = SpoolId::none;  // That we share with peers.
  bool heard_claims_ = false;
  bool advancing_soon_ = false;
  Bytes from_peers_ = 0;
  Bytes wasted_ = 0;
  std::uint32_t rejections_ = 0;
  std::uint32_t seals_ = 0;
};

}  // namespace freshet
