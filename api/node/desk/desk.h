// Decides what becomes of each request: served from what is stored, joined with a fetch under way,
// fetched, validated, passed on or refused. The flow; decisions are pure functions of
// api/node/cache and api/node/route.
//
// `ask` and `refuse` on any thread, where they answer what is hot at once; everything else on the
// desk's own loop. `stop` on it too, after the server has stopped and before upstream and vault
// end.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <unordered_map>
#include <vector>

#include "api/node/cache/plan.h"
#include "api/node/cache/storing.h"
#include "api/node/desk/counters.h"
#include "api/node/desk/manifest_waiters.h"
#include "api/node/desk/passed_urls.h"
#include "api/node/desk/replies.h"
#include "api/node/objects/hot_objects.h"
#include "api/node/objects/object_index.h"
#include "api/node/route/node_settings.h"
#include "api/node/site/site.h"
#include "api/node/upstream/fellows.h"
#include "api/node/upstream/fill.h"
#include "engine/ports/log.h"

namespace freshet::node {

class Desk final : public Service {
 public:
  struct Ports {
    Loop& loop;
    Upstream& upstream;
    Vault& vault;
    Clock& clock;
    Log& log;
    Site* site = nullptr;  // Null: no pages of its own.
    // A content is whole: others on this network may have it from us. Any thread; may be empty.
    std::function<void(ContentId const&)> share = nullptr;
  };
  Desk(Ports ports, NodeSettings const& settings, ObjectIndex index);
  ~Desk() override;

  void ask(Ask ask, Responder respond) override;
  // Fetched as if a client had asked, if its origin is allowed. Any thread.
  void warm(Url const& url);
  [[nodiscard]] Reply refuse(Refusal const& refusal) override;
  [[nodiscard]] std::uint64_t stamp() const override;
  void recalled() override;

  [[nodiscard]] Counters const& counters() const { return counters_; }  // Any thread.
  [[nodiscard]] std::shared_ptr<Ways const> ways() const;               // Any thread.
  void set_ways(Ways ways);                                             // Any thread.
  void stop();

  // The loop's own.
  [[nodiscard]] ObjectIndex& index() { return index_; }
  // Nothing of it is served any more; what is under way goes on for those who have it.
  void forget(std::string const& url);
  void set_pins(std::vector<std::string> pins);
  void trim();
  void note_used();  // What workers served by themselves counts as used, too.
  [[nodiscard]] std::size_t fills() const { return fills_.size(); }
  // As torrents; nothing as long as not all of it is there.
  [[nodiscard]] std::optional<std::string> manifest_of(ContentId const& content) const;
  [[nodiscard]] std::optional<std::string> manifest_of(std::string const& url) const;
  // The same, as soon as it is there; nothing when that takes longer than who asks has patience.
  void find_manifest(std::string const& url, Patience patience, Site::ManifestFound found);

 private:
  // An exchange whose head has not come.
  struct Flight {
    std::string key;
    RequestPtr leader;
    std::vector<RequestPtr> waiting;  // They may be served by its answer.
    std::shared_ptr<Arrival> arrival;
    ExchangeId exchange = ExchangeId::none;
    WallTime requested{};
    std::optional<ByteRange> asked;  // A part to begin with.
    std::optional<Fellow> fellow;    // Who is asked instead of the origin.
    ObjectPtr validating;
    Plan plan;
    bool storing = false;  // Its head has come, the store makes room.
    // Its body, before anyone knows where it goes.
    std::optional<std::pair<Result<void>, Bytes>> ended;
    std::function<void(Result<void>, Bytes)> on_end;
  };
  using FlightPtr = std::shared_ptr<Flight>;
  struct Filling {
    std::shared_ptr<Fill> fill;
    ObjectPtr object;
    std::string key;
    // They wait for its digest to be compared: who asked first, where no bytes may go to him
    // before, and those after him.
    FlightPtr first;
    std::vector<RequestPtr> unverified;
    std::optional<Digest> expected;
    std::optional<Fellow> fellow;  // Who it began to come from.
    bool forgotten = false;        // Meanwhile: who has asked gets it, nobody later.
  };

  // desk.cpp
  [[nodiscard]] bool serve_hot(RequestPtr const& request);
  void handle(RequestPtr const& request);
  void wait_among(std::vector<RequestPtr>& others, RequestPtr const& request);
  void act(RequestPtr const& request, ShelfPtr const& shelf, Plan const& plan);
  void deliver(Request const& request, Object const& object, CacheStatus status, Outcome outcome,
               std::uint64_t good_for = 0);
  void give(Request const& request, Reply reply, Outcome outcome);
  [[nodiscard]] bool is_repeatable(Request const& request) const;
  void say(Request const& request, OwnReply const& own, Outcome outcome);
  [[nodiscard]] ShelfPtr shelf_of(std::string const& key);
  [[nodiscard]] Plan plan_for(Request const& request, Shelf const& shelf) const;
  void publish(std::string const& key, ObjectPtr const& object);
  void unpublish(std::string const& key, ObjectId id);
  [[nodiscard]] Result<void> save(std::string const& key, Shelf const& shelf,
                                  std::optional<ObjectIndex::NewBody> body = std::nullopt);

  void save_or_warn(std::string const& key);

  void warm_now(Url const& url);

  // desk_waiting.cpp
  [[nodiscard]] bool is_coming(std::string const& url) const;
  void tell_manifest(std::string const& url);
  void look_after_waiters();

  // desk_sharing.cpp
  struct Unshared {
    ContentId content;
    std::shared_ptr<Body> body;
    unsigned looks = 0;
    unsigned quiet = 0;  // Looks in a row at which nobody read it.
  };
  void share_later(ContentId const& content, std::shared_ptr<Body> body);
  void look_after_shares();

  // desk_own.cpp
  void show_own(RequestPtr const& request);
  void keep_manifest(Sealed const& sealed);

  // desk_loads.cpp
  void on_damaged(SpoolId spool);
  [[nodiscard]] bool has_parts_of(std::string const& key, SpoolId spool);
  void on_rejected(Filling& filling);
  void end_failed_fill(Object const& object);
  void load(RequestPtr const& request, ObjectPtr const& object);
  void load_whole(std::string const& key, ObjectPtr const& object);
  void load_parts(RequestPtr const& request, ObjectPtr const& object);
  void loaded(std::string const& key, ObjectPtr const& object, Result<std::shared_ptr<Body>> body);
  void go_on_with_parts(RequestPtr const& request, ObjectPtr const& object,
                        VaultContent const& content);

  // desk_fellows.cpp
  [[nodiscard]] bool may_ask_fellows(Flight const& flight) const;
  void ask_fellows(FlightPtr const& flight, UpstreamRequest request);
  [[nodiscard]] UpstreamRequest toward_fellow(UpstreamRequest request, Fellow const& fellow,
                                              Url const& url) const;
  [[nodiscard]] bool has_kept_word(Flight const& flight, ResponseHead const& head) const;
  void leave_fellow(FlightPtr const& flight);
  [[nodiscard]] SignerPolicy fellow_signers() const;

  // desk_flights.cpp
  void start_flight(RequestPtr const& request, ObjectPtr validating, Plan const& plan);
  void launch(FlightPtr const& flight, UpstreamRequest request);
  void on_head(FlightPtr const& flight, ResponseHead head);
  void on_flight_end(FlightPtr const& flight, Result<void> how, Bytes next);
  void on_failure(FlightPtr const& flight, std::optional<unsigned> status, Error const& error);
  void on_not_modified(FlightPtr const& flight, ResponseHead const& head);
  void relaunch_plain(FlightPtr const& flight);
  void land(FlightPtr const& flight);
  [[nodiscard]] bool stand_in(FlightPtr const& flight, bool reached);
  void release_waiting(FlightPtr const& flight);
  void abandon(FlightPtr const& flight);

  // desk_fills.cpp
  struct Keeping {
    FlightPtr flight;
    ObjectRecord record;
    std::optional<ByteRange> range;  // That is on its way.
    bool ranges = false;
  };
  void store(FlightPtr const& flight, ResponseHead const& head, std::optional<Bytes> total);
  void store_large(Keeping keeping, std::shared_ptr<Body> body);
  void start_fill(Keeping const& keeping, VaultContent const& content, std::shared_ptr<Body> body);
  void begin_fill(Filling filling, Fill::Spec spec, std::optional<Fill::Begun> begun);
  void deliver_first(Flight const& flight, Object const& object);
  void on_fill_end(ObjectId id, Result<void> how);
  void finish_small(Filling& filling);
  void finish_large(ObjectId id);
  void on_sealed(ObjectId id, Result<Sealed> sealed);
  void fail_fill(Filling& filling, Error const& error);
  void finish(Filling& filling, ObjectPtr const& whole);
  [[nodiscard]] Fill::Spec fill_spec(Request const& request, Object const& object,
                                     std::optional<Fellow> const& fellow);

  // desk_pass.cpp
  void pass(RequestPtr const& request, CacheStatus const& status);
  void pass_on(FlightPtr const& flight, ResponseHead head);
  void pass_interim(Flight const& flight, ResponseHead head);
  void learn_from_head(Flight const& flight, ResponseHead const& head);
  void invalidate(Request const& request, ResponseHead const& head);

  Ports const ports_;
  NodeSettings const settings_;
  CacheRules const rules_;
  ReplySettings const reply_settings_;
  std::shared_ptr<Ways const> ways_;  // Replaced as a whole; std::atomic_load.
  Counters counters_;
  HotObjects hot_;
  // Of the loop:
  ObjectIndex index_;
  PassedUrls passed_;
  std::unordered_map<std::string, FlightPtr> flights_;  // Those that others may wait for.
  std::set<FlightPtr> flying_;                          // All of them.
  std::map<ObjectId, Filling> fills_;
  std::unordered_map<std::string, ObjectId> verifying_;  // By URL: nobody else gets it yet.
  std::map<ObjectId, std::vector<RequestPtr>> loads_;
  ManifestWaiters manifest_waiters_;
  TimerId waiters_timer_ = TimerId::none;
  std::vector<Unshared> unshared_;
  TimerId shares_timer_ = TimerId::none;
  std::vector<std::string> pins_;
  std::shared_ptr<Fellows> fellows_;  // Null: there are none. Answers on their way hold it weakly.
  std::uint64_t last_source_ = 1ULL << 24;  // Of the node's own; engine's count from 1.
  bool stopped_ = false;
};

}  // namespace freshet::node
