// A web server in virtual time behind the port of exchanges, and everything that goes wrong with
// one, by chance from a seed. It has one file, at every URL. Keeps the contract of the Upstream
// port.
//
// Loop only.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "engine/ports/random.h"
#include "engine/ports/upstream.h"
#include "tests/support/sim_loop.h"

namespace freshet::test {

// Chances are for each exchange, from 0 to 1.
struct SimSiteFaults {
  double refuse = 0;       // No connection.
  double error = 0;        // 503
  double cut = 0;          // The connection ends somewhere in the body.
  double stall = 0;        // Bytes stop somewhere; the stall timeout ends it.
  double wrong_range = 0;  // Another range than asked for.
  double longer = 0;       // More bytes than its head says.
  double garbage = 0;      // A head that is none.
};

struct SimSite {
  std::shared_ptr<std::string const> bytes;
  std::string etag = "\"v1\"";  // Empty: none.
  bool ranges = true;
  bool heeds_if_range = true;
  bool tell_length = true;
  bool cacheable = true;
  Duration latency = std::chrono::milliseconds{5};
  double rate = 20e6;  // Of one exchange, bytes in a second.
  SimSiteFaults faults;

  // What happened.
  Bytes sent = 0;  // And taken.
  std::uint32_t requests = 0;
  std::uint32_t failures = 0;
};

class SimUpstream final : public Upstream {
 public:
  SimUpstream(SimLoop& loop, Random& random) : loop_(loop), random_(random) {}

  ExchangeId start(UpstreamRequest request, std::shared_ptr<UpstreamSink> sink) override;
  void resume(ExchangeId exchange) override;
  void cancel(ExchangeId exchange) override;

  [[nodiscard]] std::size_t open() const { return exchanges_.size(); }
  SimSite site;

 private:
  struct Exchange {
    UpstreamRequest request;
    std::shared_ptr<UpstreamSink> sink;
    std::shared_ptr<std::string const> bytes;
    Bytes next = 0;
    Bytes end = 0;
    Bytes breaks_at = kToEnd;
    Error broken;
    bool waits = false;
  };

  [[nodiscard]] bool happens(double chance);
  [[nodiscard]] Exchange* find(ExchangeId id);
  void answer(ExchangeId id);
  [[nodiscard]] std::string head_for(Exchange& exchange);
  void draw_break(Exchange& exchange);
  void step(ExchangeId id);
  void end(ExchangeId id, Result<void> how);

  SimLoop& loop_;
  Random& random_;
  std::map<ExchangeId, Exchange> exchanges_;
  std::uint64_t last_ = 0;
};

}  // namespace freshet::test
