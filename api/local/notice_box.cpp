#include "api/local/notice_box.h"

#include "api/local/event_stream.h"
#include "api/wire/wire.h"

namespace freshet::local {

void NoticeBox::put(Notice const& notice, Client::Accept accept) {
  std::unique_lock lock(mutex_);
  bool const full = waiting_.size() >= waiting_max_ || unanswered_.size() >= waiting_max_;
  if (ended_ || full) {
    lock.unlock();
    return accept(false);
  }
  auto const number = ++last_;
  waiting_.push_back({number, notice});
  if (notice.kind != Notice::Kind::modification) unanswered_.emplace(number, std::move(accept));
  if (waiting_.size() == 1 && wake_) wake_();
}

std::string NoticeBox::next() {
  std::lock_guard const lock(mutex_);
  if (waiting_.empty()) return {};
  auto const waiting = std::move(waiting_.front());
  waiting_.pop_front();
  bool const asks = unanswered_.contains(waiting.number);
  return server_sent("", "notice",
                     wire::write(wire::NoticeSent{waiting.number, asks, waiting.notice}));
}

bool NoticeBox::answer(std::uint64_t notice, bool accepted) {
  std::unique_lock lock(mutex_);
  auto const found = unanswered_.extract(notice);
  lock.unlock();
  if (found.empty()) return false;
  found.mapped()(accepted);
  return true;
}

void NoticeBox::set_wake(std::function<void()> wake) {
  std::lock_guard const lock(mutex_);
  wake_ = std::move(wake);
}

void NoticeBox::end() {
  std::map<std::uint64_t, Client::Accept> unanswered;
  {
    std::lock_guard const lock(mutex_);
    ended_ = true;
    wake_ = {};
    waiting_.clear();
    unanswered.swap(unanswered_);
  }
  for (auto const& [number, accept] : unanswered) accept(false);
}

}  // namespace freshet::local
