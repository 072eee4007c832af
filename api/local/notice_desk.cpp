#include "api/local/notice_desk.h"

#include "api/local/event_feeds.h"
#include "api/local/event_stream.h"
#include "api/local/notice_box.h"
#include "api/wire/wire.h"

namespace freshet::local {

namespace {

class NoticeStream final : public Stream {
 public:
  NoticeStream(NoticeDesk& desk, Reactor& reactor, std::shared_ptr<NoticeBox> box)
      : desk_(desk), reactor_(reactor), box_(std::move(box)) {}
  ~NoticeStream() override {
    box_->end();
    desk_.forget(box_->name());
  }

  void start(std::function<void()> wake) override {
    wake_ = std::make_shared<std::function<void()>>(std::move(wake));
    box_->set_wake([&reactor = reactor_, weak = std::weak_ptr(wake_)] {
      reactor.post([weak] {
        auto const alive = weak.lock();
        if (alive) (*alive)();
      });
    });
  }
  [[nodiscard]] std::string next(std::size_t bytes_max) override {
    std::string text;
    if (!std::exchange(started_, true)) {
      text = server_sent("", "ready", wire::write(wire::NoticesReady{box_->name()}));
    }
    while (text.size() < bytes_max) {
      auto const notice = box_->next();
      if (notice.empty()) break;
      text += notice;
    }
    return text;
  }
  [[nodiscard]] bool ended() const override { return false; }

 private:
  NoticeDesk& desk_;
  Reactor& reactor_;
  std::shared_ptr<NoticeBox> const box_;
  std::shared_ptr<std::function<void()>> wake_;  // Held weakly by wake-ups on their way.
  bool started_ = false;
};

}  // namespace

std::shared_ptr<Stream> NoticeDesk::open(Caller const& caller) {
  auto box = std::make_shared<NoticeBox>(random_name(), caller.uid, limits_.notices_waiting_max);
  std::lock_guard const lock(mutex_);
  boxes_.emplace(box->name(), box);
  return std::make_shared<NoticeStream>(*this, reactor_, std::move(box));
}

void NoticeDesk::forget(std::string const& stream) {
  std::lock_guard const lock(mutex_);
  boxes_.erase(stream);
}

Result<std::shared_ptr<NoticeBox>> NoticeDesk::find(Caller const& caller,
                                                    std::string const& stream) {
  std::lock_guard const lock(mutex_);
  auto const found = boxes_.find(stream);
  auto box = found == boxes_.end() ? nullptr : found->second.lock();
  if (box && box->user() == caller.uid) return box;
  return fail(Errc::not_found, "stream " + stream, "is not there");
}

Result<void> NoticeDesk::attach(Caller const& caller, std::string const& stream, JobId job) {
  auto box = find(caller, stream);
  if (!box) return tl::unexpected(box.error());
  return client_.as(caller).notify(job, [box = *box](Notice const& notice, Client::Accept accept) {
    box->put(notice, std::move(accept));
  });
}

Result<void> NoticeDesk::detach(Caller const& caller, std::string const& stream, JobId job) {
  if (auto box = find(caller, stream); !box) return tl::unexpected(box.error());
  return client_.as(caller).notify(job, {});
}

Result<void> NoticeDesk::answer(Caller const& caller, std::string const& stream,
                                std::uint64_t notice, bool accepted) {
  auto box = find(caller, stream);
  if (!box) return tl::unexpected(box.error());
  if ((*box)->answer(notice, accepted)) return {};
  return fail(Errc::not_found, "notice " + std::to_string(notice), "waits for no answer");
}

}  // namespace freshet::local
