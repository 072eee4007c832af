// Nodes on this machine's own links that prove to hold a trusted key: cache hosts where the
// administrator wants those that are found.
//
// Thread: the engine loop. `stop` before it ends, which waits for a search under way.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/loop.h"
#include "engine/base/thread_pool.h"
#include "engine/content/manifest_trust.h"
#include "engine/ports/clock.h"
#include "engine/ports/log.h"
#include "engine/ports/origin.h"
#include "engine/ports/random.h"

namespace freshet {

class NodeWatch : public std::enable_shared_from_this<NodeWatch> {
 public:
  struct Ports {
    Loop& loop;
    Clock& clock;
    Log& log;
    Random& random;
    Origin& origin;
    std::function<void()> changed;  // `hosts` says something else.
  };
  NodeWatch(Ports ports, TrustedKeys keys);
  ~NodeWatch();

  void start();
  void stop();
  // "192.0.2.11:8080", in an order that differs from client to client.
  [[nodiscard]] std::vector<std::string> const& hosts() const { return hosts_; }

 private:
  struct Round;  // Shared by the proofs that are still to come.

  void look();
  void ask_for_proofs(std::vector<std::string> const& found);
  void hear_proof(std::shared_ptr<Round> const& round, std::string const& host,
                  std::string const& text, Result<Document> const& signature);
  void end(Round& round);

  Ports const ports_;
  SignerPolicy signers_;
  ThreadPool pool_{1};
  TimerId timer_ = TimerId::none;
  std::vector<std::string> hosts_;
  bool stopped_ = false;
};

}  // namespace freshet
