// A callback of the COM shape that tells a handler of `freshet::Client`.
//
// Called on threads of the COM shape, which wait until the handler has accepted or refused.
#pragma once

#include <atomic>
#include <functional>
#include <future>
#include <memory>

#include "api/com/object.h"
#include "freshet/client.h"
#include "freshet/com/copy_callback.h"

namespace freshet::test {

class NoticeListener final
    : public com::Object<com::Versions<IBackgroundCopyCallback2, IBackgroundCopyCallback>> {
 public:
  using Look = std::function<Notice(Notice::Kind kind)>;
  NoticeListener(Client::NoticeHandler handler, Look look)
      : handler_(std::move(handler)), look_(std::move(look)) {}

  HRESULT JobTransferred(IBackgroundCopyJob*) override { return tell(Notice::Kind::transferred); }
  HRESULT JobError(IBackgroundCopyJob*, IBackgroundCopyError*) override {
    return tell(Notice::Kind::error);
  }
  HRESULT JobModification(IBackgroundCopyJob*, DWORD) override {
    return tell(Notice::Kind::modification);
  }
  HRESULT FileTransferred(IBackgroundCopyJob*, IBackgroundCopyFile*) override {
    return tell(Notice::Kind::file_transferred);
  }

 private:
  HRESULT tell(Notice::Kind kind) {
    auto const answer = std::make_shared<std::promise<bool>>();  // Ends with whoever is last.
    auto const once = std::make_shared<std::atomic<bool>>(false);
    handler_(look_(kind), [answer, once](bool accepted) {
      if (!once->exchange(true)) answer->set_value(accepted);
    });
    return answer->get_future().get() ? S_OK : E_FAIL;
  }

  Client::NoticeHandler handler_;
  Look look_;
};

}  // namespace freshet::test
