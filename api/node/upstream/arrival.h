// One answer of an origin: its head to whoever asked, its body into memory and through the gate.
//
// `aim` on any thread, once or never; the rest on the upstream thread, which the events come from
// too. Shared by the exchange and by whoever asked: the last of them ends it.
#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "api/node/http/response_reader.h"
#include "api/node/objects/body.h"
#include "engine/ports/gate.h"
#include "engine/ports/upstream.h"

namespace freshet::node {

class Arrival final : public UpstreamSink {
 public:
  struct Events {
    std::function<void(ResponseHead head)> on_head;
    std::function<void(ResponseHead head)> on_interim = nullptr;  // 1xx, before that.
    // `next`: the place after the last byte that was taken.
    std::function<void(Result<void> how, Bytes next)> on_end;
    std::function<void(Bytes count)> on_bytes;
  };
  Arrival(std::string const& method, Events events) : reader_(method), events_(std::move(events)) {}

  struct Target {
    std::shared_ptr<Body> body;
    std::unique_ptr<GateStream> stream;  // Null: memory only.
    Bytes begin = 0;
    Bytes end = kToEnd;  // More than that is an error.
    Bytes memory_max = 1_MiB;
  };
  // Until then the body waits; `Upstream::resume` follows.
  void aim(Target target);
  // Nothing is taken any more.
  void drop();

  [[nodiscard]] Result<void> on_head(std::string_view lines) override;
  [[nodiscard]] Result<Taken> on_body(std::span<std::byte const> bytes) override;
  void on_lull() override;
  void on_end(Result<void> how) override;

 private:
  [[nodiscard]] Result<Taken> take(std::span<std::byte const> bytes);

  ResponseReader reader_;
  Events const events_;
  bool head_told_ = false;
  std::mutex mutex_;
  std::optional<Target> target_;  // Under the lock, and all below.
  bool dropped_ = false;
  Bytes next_ = 0;   // Through the gate,
  Bytes added_ = 0;  // and in memory: what the gate had no room for comes again.
};

}  // namespace freshet::node
