// One stream of server-sent events from the daemon, connected again whenever it ends.
//
// On its StreamThread only, which drives it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/remote/answer_reader.h"
#include "api/remote/backoff.h"
#include "api/remote/socket.h"
#include "api/remote/sse_reader.h"

namespace freshet::remote {

class StreamLink {
 public:
  static constexpr std::size_t kEventBytesMax = 16U << 20;

  struct Uses {
    std::function<std::string()> request;  // The bytes that ask for the stream, each time.
    std::function<void(SseEvent const&)> on_event;
    std::function<void()> on_end;  // It had begun; it is asked for again.
  };
  StreamLink(std::string socket_path, Uses uses)
      : path_(std::move(socket_path)), uses_(std::move(uses)) {}

  // Whether it is wanted at all. Not from within its own callbacks.
  void want(bool wanted);
  // Asks for it anew, from within a callback too.
  void restart() { restart_ = true; }

  // When to call `look` at the latest.
  [[nodiscard]] std::optional<Deadline> due() const;
  // What to wait for; -1: nothing.
  [[nodiscard]] int descriptor() const { return socket_.get(); }
  // Connects, reads once, or gives up on a daemon that has gone silent.
  void look(bool readable);

 private:
  void connect();
  void read();
  [[nodiscard]] bool take(std::string_view bytes);
  void end();

  std::string path_;
  Uses uses_;
  bool wanted_ = false;
  bool restart_ = false;
  Socket socket_;
  std::optional<AnswerReader> answer_;
  std::optional<SseReader> events_;
  Backoff backoff_;
  Deadline again_{};   // While there is no connection.
  Deadline silent_{};  // While there is one.
};

}  // namespace freshet::remote
