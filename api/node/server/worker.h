// One thread of the server: waits for its connections and serves them in turn.
//
// `wake` and `post` on any thread; everything else on the worker's own, but the constructor and
// `stop`, which are its owner's. It lives until nobody has an answer for it any more.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "api/descriptor.h"
#include "api/node/server/reply_memo.h"
#include "api/node/server/server_options.h"
#include "api/node/server/service.h"
#include "api/node/server/turns.h"

struct ssl_ctx_st;

namespace freshet::node {

class Connection;
class Doorkeeper;

struct Listener {
  int socket = -1;                // Shared by all workers.
  ssl_ctx_st* context = nullptr;  // Null: plain.
  std::uint16_t port = 0;
};

class Worker {
 public:
  struct Surroundings {
    ServerOptions const& options;
    Service& service;
    Doorkeeper& doorkeeper;
    std::vector<Listener> const& listeners;
  };
  explicit Worker(Surroundings surroundings);
  ~Worker();

  void start();
  void stop();

  using Task = std::function<void()>;
  void post(Task task);
  // The connection goes on, if it is still there.
  void wake(ConnectionId id);
  [[nodiscard]] bool in_thread() const { return std::this_thread::get_id() == thread_.get_id(); }

  [[nodiscard]] ServerOptions const& options() const { return around_.options; }
  [[nodiscard]] Service& service() { return around_.service; }
  [[nodiscard]] Connection* find(ConnectionId id);
  [[nodiscard]] Doorkeeper& doorkeeper() { return around_.doorkeeper; }
  // For what is read before it is known whose it is.
  [[nodiscard]] std::span<char> scratch() { return scratch_; }
  // Of plain connections, or of secure ones.
  [[nodiscard]] ReplyMemo& memo(bool secure) { return memos_[secure ? 1 : 0]; }
  // Seconds since the worker started.
  [[nodiscard]] std::uint32_t now() const { return now_; }

 private:
  struct Slot {
    std::unique_ptr<Connection> connection;
    std::uint32_t generation = 0;
    bool in_turn = false;  // It is in `turns_`.
  };
  struct Inbox {
    std::vector<Task> tasks;
    std::vector<ConnectionId> woken;
    bool empty() const { return tasks.empty() && woken.empty(); }
  };

  void run();
  void wait_for_events();
  void on_event(std::uint64_t data, std::uint32_t events);
  void accept_from(Listener const& listener);
  void turn_away(Listener const& listener);
  void open(local::Descriptor socket, Listener const& listener, std::string from);
  void read_inbox();
  void take_turns();
  void serve(ConnectionId id);
  void look_at_deadlines();
  void close(ConnectionId id);
  void ring();

  Surroundings around_;
  local::Descriptor epoll_;
  local::Descriptor bell_;  // An eventfd.
  // Given up for a moment when there are no more descriptors, to turn away who waits.
  local::Descriptor spare_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  Turns turns_;  // Who has more to send.
  std::vector<char> scratch_;
  std::array<ReplyMemo, 2> memos_;
  std::uint32_t now_ = 0;
  std::uint32_t looked_ = 0;
  TimePoint started_;
  std::mutex mutex_;
  Inbox inbox_;            // Under the lock,
  bool stopping_ = false;  // and this.
  std::thread thread_;
};

}  // namespace freshet::node
