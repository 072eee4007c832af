// Brings one content from its origin into a body and, for large ones, into the store: in several
// ranges at once where the origin can, else as one stream.
//
// Thread: the desk's. Shared with exchanges under way; `stop`, or its end, lets go of all of them.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "api/node/upstream/arrival.h"
#include "api/node/upstream/range_plan.h"
#include "api/node/upstream/vault.h"
#include "engine/ports/clock.h"

namespace freshet::node {

class Fill : public std::enable_shared_from_this<Fill> {
 public:
  struct Ports {
    Loop& desk;
    Upstream& upstream;
    Gate& gate;
    Clock& clock;
  };
  struct Spec {
    // A request for this range, or for everything. `again`: something has failed before.
    std::function<UpstreamRequest(std::optional<ByteRange>, bool again)> request;
    bool elsewhere = false;  // Such a request goes to another server.
    std::shared_ptr<Body> body;
    SpoolId spool = SpoolId::none;  // None: it stays in memory.
    std::optional<Bytes> length;
    bool ranges = false;        // The origin gives them, and says which content they are of.
    std::string etag;           // What they must be of,
    std::string last_modified;  // one or both.
    RangeSet present;
    SourceId source = SourceId::none;
    std::function<void(Bytes, bool again)> on_bytes;  // To such a request; any thread.
    std::function<void(Result<void>)> on_end;         // Once, on the desk; not after `stop`.
  };
  Fill(Ports ports, Spec spec);

  // An exchange that was begun before and brings this; its arrival waits.
  struct Begun {
    ExchangeId exchange = ExchangeId::none;
    std::shared_ptr<Arrival> arrival;
    ByteRange range;
  };
  void start(std::optional<Begun> begun);
  // The end of an exchange that was begun before.
  void on_begun_end(Result<void> how, Bytes next);
  void want(Bytes at);
  void resume();  // Its body has room.
  void stop();
  [[nodiscard]] bool over() const { return over_; }

 private:
  using StreamId = std::uint64_t;
  struct Stream {
    ByteRange range;
    ExchangeId exchange = ExchangeId::none;
    std::shared_ptr<Arrival> arrival;
    bool again = false;  // Something had failed when it began.
  };

  void go_on();
  void open(ByteRange range);
  void aim(Stream const& stream);
  void on_head(StreamId id, ResponseHead const& head);
  [[nodiscard]] Result<void> check(ResponseHead const& head, ByteRange range) const;
  void on_end(StreamId id, Result<void> how, Bytes next);
  void try_again(Error const& error, bool elsewhere);
  void end(Result<void> how);

  Ports const ports_;
  Spec const spec_;
  std::optional<RangePlan> plan_;
  std::map<StreamId, Stream> streams_;
  StreamId last_stream_ = 0;
  std::uint32_t failures_ = 0;  // In a row.
  bool again_ = false;          // Something has failed.
  TimerId timer_ = TimerId::none;
  bool over_ = false;
};

}  // namespace freshet::node
