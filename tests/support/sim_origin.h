// Origins in virtual time: servers with latency and limited rates, and everything that goes wrong
// with servers, by chance from a seed or when told. Keeps the contract of the Origin port.
//
// Loop only. Bytes go to the gate in slices of at most 64 KiB; a slice's speed is settled when it
// begins, by all that is under way then.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/loop.h"
#include "engine/ports/clock.h"
#include "engine/ports/origin.h"
#include "engine/ports/random.h"

namespace freshet::test {

struct SimFile {
  std::shared_ptr<std::string const> bytes;
  Validator validator;
  std::optional<Digest> repr_digest;
  std::vector<std::string> manifest_urls;
  // As a document: who asks before has nothing in time.
  TimePoint starved_until{};
  // As a document: absent before; who waits (`Prefer: wait=20`) gets it then. Zero: always there.
  TimePoint from{};
  bool tell_length = true;  // Otherwise chunked, from 0.
};

// Chances are for each request, from 0 to 1.
struct SimFaults {
  double cut = 0;           // The connection ends somewhere in the body.
  double server_error = 0;  // 500
  double busy = 0;          // 503 with Retry-After of a second.
  double stall = 0;         // Bytes stop somewhere; the stall timeout ends it.
  double silent = 0;        // No head; the head timeout ends it.
  double wrong_range = 0;
  double corrupt = 0;  // One byte of the body is wrong.
};

struct SimServer {
  Duration latency = std::chrono::milliseconds{5};  // One way and back.
  Duration jitter{};    // An answer takes up to so much longer: later ones may overtake it.
  double rate = 100e6;  // Of all connections, bytes in a second.
  double connection_rate = 1e12;         // Of one.
  std::uint32_t connections_max = 1000;  // More are refused.
  bool ranges = true;
  bool tls = false;
  SimFaults faults;
  std::map<std::string, SimFile> files;  // By path.
  std::optional<Error> down;             // Every request ends so.
  bool frozen = false;                   // No byte comes while this is set.

  // What happened.
  Bytes sent = 0;
  std::uint32_t requests = 0;
  std::uint32_t documents = 0;  // Asked for.
  std::uint32_t connections = 0;
  std::uint32_t connections_peak = 0;
  std::vector<ByteRange> asked;  // Every range, in order.
};

class SimOrigin final : public Origin {
 public:
  SimOrigin(Loop& loop, Clock const& clock, Random& random)
      : loop_(loop), clock_(clock), random_(random) {}
  ~SimOrigin() override;

  // Reached by "http://name/path", or https.
  SimServer& server(std::string const& name) { return servers_[name]; }
  // All bytes of a server that is made to send wrong ones come from here.
  void set_gate(Gate& gate) { gate_ = &gate; }
  [[nodiscard]] std::size_t open() const { return flows_.size(); }
  [[nodiscard]] std::vector<FetchId> open_fetches() const {
    std::vector<FetchId> ids;
    for (auto const& [id, flow] : flows_) ids.push_back(id);
    return ids;
  }
  // As last ordered or set; not kept to.
  std::map<FetchId, FetchLimit> fetch_limits;

  void set_events(OriginEvents* events) override { events_ = events; }
  void fetch(FetchOrder order) override;
  void attach(FetchId fetch, SpoolId spool) override;
  void shorten(FetchId fetch, Bytes end) override;
  void cancel(FetchId fetch) override;
  void set_limit(BytesPerSecond limit) override { limit_ = limit; }
  void set_fetch_limit(FetchId fetch, FetchLimit limit) override { fetch_limits[fetch] = limit; }
  void get_document(OriginSpec origin, Bytes size_max,
                    std::function<void(Result<Document>)> done) override;

 private:
  struct Flow;
  using FlowPtr = std::shared_ptr<Flow>;

  [[nodiscard]] std::pair<TimePoint, bool> wait_for(OriginSpec const& origin,
                                                    SimFile const& file) const;
  void answer(FetchId id);
  [[nodiscard]] std::optional<Error> refuse(Flow& flow);
  void accept(Flow& flow, SimFile const& file);
  void draw_faults(Flow& flow);
  void next_slice(FetchId id);
  void arrive(FetchId id, Bytes bytes);
  void pass_on(Flow& flow);
  void step(FetchId id);
  void report(Flow& flow, bool last);
  void end(FetchId id, std::optional<Error> error,
           std::optional<Duration> retry_after = std::nullopt);
  void after(Duration span, FetchId id, void (SimOrigin::*then)(FetchId));
  [[nodiscard]] Flow* find(FetchId id);
  [[nodiscard]] double rate_of(Flow const& flow) const;
  [[nodiscard]] static std::optional<Error> judge_length(Flow const& flow);
  [[nodiscard]] Duration way(SimServer const& server);

  Loop& loop_;
  Clock const& clock_;
  Random& random_;
  OriginEvents* events_ = nullptr;
  Gate* gate_ = nullptr;
  BytesPerSecond limit_{};
  std::map<std::string, SimServer> servers_;
  std::map<FetchId, FlowPtr> flows_;
  std::shared_ptr<SimOrigin*> alive_ = std::make_shared<SimOrigin*>(this);
};

}  // namespace freshet::test
