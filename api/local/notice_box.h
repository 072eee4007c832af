// Notices on their way to one stream, and those that wait for its answer.
//
// Any thread. Shared by the stream and by the handlers of the jobs it took, which may outlive it:
// after `end` nothing is accepted.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "freshet/client.h"

namespace freshet::local {

class NoticeBox {
 public:
  NoticeBox(std::string name, std::uint32_t user, std::size_t waiting_max)
      : name_(std::move(name)), user_(user), waiting_max_(waiting_max) {}

  [[nodiscard]] std::string const& name() const { return name_; }
  [[nodiscard]] std::uint32_t user() const { return user_; }

  void put(Notice const& notice, Client::Accept accept);
  // The text of the next notice for the stream; empty: none.
  [[nodiscard]] std::string next();
  // False: that one waits for no answer.
  [[nodiscard]] bool answer(std::uint64_t notice, bool accepted);

  // Called, on any thread, when there is something after there was nothing.
  void set_wake(std::function<void()> wake);
  // Whatever waits is not accepted, so that it is told again elsewhere.
  void end();

 private:
  struct Waiting {
    std::uint64_t number = 0;
    Notice notice;
  };

  std::string const name_;
  std::uint32_t const user_;
  std::size_t const waiting_max_;
  std::mutex mutex_;
  std::deque<Waiting> waiting_;
  std::map<std::uint64_t, Client::Accept> unanswered_;
  std::function<void()> wake_;
  std::uint64_t last_ = 0;
  bool ended_ = false;
};

}  // namespace freshet::local
