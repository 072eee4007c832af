// The method between apt and apt's own: large files that apt knows the SHA-256 of come through the
// daemon, all else is passed on, and so is everything when there is no daemon.
//
// `run` on one thread, which alone talks to apt; a thread for each file that is fetched.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "api/apt/fetch.h"
#include "api/apt/message.h"
#include "api/apt/outbox.h"
#include "api/apt/settings.h"
#include "api/apt/straight.h"

namespace freshet::apt {

class Method {
 public:
  static constexpr std::size_t kFetchesMax = 16;  // At the same time; more go straight.

  explicit Method(Straight straight) : straight_(std::move(straight)) {}
  ~Method();
  Method(Method const&) = delete;
  Method& operator=(Method const&) = delete;

  // Until apt has nothing more to ask, or `stop` becomes readable. The exit status.
  [[nodiscard]] int run(int stop);

 private:
  // False: the other side has gone.
  [[nodiscard]] bool on_apt();
  [[nodiscard]] bool on_straight();
  [[nodiscard]] bool on_fetches();
  [[nodiscard]] bool take(Message message);
  [[nodiscard]] bool configure(Message const& message);
  [[nodiscard]] bool pass_on(Message message);
  [[nodiscard]] bool tell_apt(Message const& message);
  [[nodiscard]] Client* daemon();
  void fetch(Client& client, Wish wish, Message acquire);
  void sweep();

  struct Running {
    std::thread thread;
    std::shared_ptr<std::atomic<bool>> done;  // The thread says so before it ends.
  };

  Straight straight_;
  Outbox outbox_;
  MessageReader from_apt_;
  MessageReader from_straight_;
  Settings settings_;
  bool prefixed_ = false;  // apt says "freshet+http" here.
  std::optional<Client> client_;
  std::optional<std::chrono::steady_clock::time_point> away_since_;
  std::atomic<bool> stopping_{false};
  std::vector<Running> running_;
};

}  // namespace freshet::apt
