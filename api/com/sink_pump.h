// Hands the bytes of one file to an application's stream, in order, while they arrive.
//
// Any thread. The stream is called on a thread that the courier lends for it, so that one that
// takes its time delays nobody else. Errors of the job are waited through: it may be resumed. What
// begins anew at the origin ends it: the stream has bytes of the old content.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "api/com/courier.h"
#include "api/com/hresult_table.h"
#include "api/com/object.h"
#include "freshet/client.h"

namespace freshet::com {

class SinkPump {
 public:
  struct Source {
    std::shared_ptr<Client> client;
    JobId job;
    std::uint32_t file = 0;
    Family family = Family::delivery_optimization;
  };
  // `ended` is called once, on the pump's thread, unless `stop` comes before.
  SinkPump(Courier& courier, Source source, Ref<IStream> stream, std::function<void()> ended);
  ~SinkPump();  // As `stop`.
  SinkPump(SinkPump const&) = delete;
  SinkPump& operator=(SinkPump const&) = delete;

  // How it ended: S_OK with the last byte, the stream's own failure, or that of the file. Nothing
  // while it runs.
  [[nodiscard]] std::optional<HRESULT> result() const;
  // Waits for the end; E_UNEXPECTED from within the stream.
  [[nodiscard]] HRESULT wait();
  // Soon the stream is not called any more.
  void cancel();
  // It is not, but for the call that this one comes from.
  void stop();

 private:
  struct State;

  // Shared with the thread, which outlives us when it is the one that ends us.
  std::shared_ptr<State> state_;
};

}  // namespace freshet::com
