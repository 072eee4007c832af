// The origin as one client sees it: requests become flows over the links between the two. It
// honours ranges and does not fail until it is told to.
//
// Loop only. Pieces reach the store within a millisecond of their last byte.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "bench/sim/flow_network.h"
#include "bench/sim/flow_store.h"
#include "engine/ports/origin.h"

namespace freshet::sim {

struct OriginWay {
  std::vector<LinkId> links;
  Duration round_trip = std::chrono::milliseconds{1};
  Bytes length = 0;        // Of the one content it has.
  Bytes piece_length = 0;  // Steps in which a fetch is observed.
};

class FlowOrigin final : public Origin {
 public:
  FlowOrigin(test::SimLoop& loop, FlowNetwork& network, FlowStore& store, OriginWay way)
      : loop_(loop), network_(network), store_(store), way_(std::move(way)) {}
  ~FlowOrigin() override;

  // Body bytes that arrived here.
  [[nodiscard]] Bytes received() const { return received_; }
  // Breaks every connection and refuses new ones.
  void go_down();

  void set_events(OriginEvents* events) override { events_ = events; }
  void fetch(FetchOrder order) override;
  void attach(FetchId fetch, SpoolId spool) override;
  void shorten(FetchId fetch, Bytes end) override;
  void cancel(FetchId fetch) override;
  void set_limit(BytesPerSecond) override {}
  void set_fetch_limit(FetchId, FetchLimit) override {}
  void get_document(OriginSpec origin, Bytes size_max,
                    std::function<void(Result<Document>)> done) override;

 private:
  struct Fetch {
    FetchOrder order;
    Bytes end = 0;
    Bytes next = 0;
    FlowId flow = FlowId::none;
    bool answered = false;
    TimePoint reported;
  };

  void answer(FetchId id);
  void refuse(FetchId id);
  void begin_flow(FetchId id);
  void look(FetchId id);
  void complete(FetchId id);
  void take_up_to(Fetch& fetch, Bytes position);
  void finish(FetchId id, std::optional<Error> error);
  void after(Duration span, FetchId id, void (FlowOrigin::*then)(FetchId));

  test::SimLoop& loop_;
  FlowNetwork& network_;
  FlowStore& store_;
  OriginWay way_;
  OriginEvents* events_ = nullptr;
  std::map<FetchId, Fetch> fetches_;
  Bytes received_ = 0;
  bool down_ = false;
  std::shared_ptr<FlowOrigin*> alive_ = std::make_shared<FlowOrigin*>(this);
};

}  // namespace freshet::sim
