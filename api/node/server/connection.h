// One client: reads requests one after the other, and sends their answers.
//
// Thread: its worker's, which owns it. Between requests it holds no buffers.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "api/node/http/chunks.h"
#include "api/node/http/request_reader.h"
#include "api/node/server/sender.h"
#include "api/node/server/worker.h"

namespace freshet::node {

class Connection {
 public:
  struct Origin {
    std::string from;
    std::uint16_t port = 0;
  };
  Connection(Worker& worker, ConnectionId id, Transport transport, Origin origin);
  ~Connection();
  Connection(Connection const&) = delete;
  Connection& operator=(Connection const&) = delete;

  enum class Step : std::uint8_t {
    on,       // At once.
    resting,  // Until something happens.
    turn,     // After others.
    over,
  };
  // Goes on as far as it can: never `on`.
  [[nodiscard]] Step run();
  // What happened: the socket may have bytes, perhaps the last; or the body that it waits for.
  void on_readable(bool last);
  void on_bell() { waits_at_.reset(); }
  // Whether it took longer than it may. Looked at each second.
  [[nodiscard]] bool overdue();
  void answer(std::uint64_t exchange, Reply reply);
  void answer_before(std::uint64_t exchange, std::string_view text);

  [[nodiscard]] int socket() const { return transport_.get(); }
  [[nodiscard]] std::string const& from() const { return origin_.from; }

 private:
  enum class State : std::uint8_t { head, body, asking, sending, draining };
  enum class Read : std::uint8_t { some, none, ended };

  [[nodiscard]] Step step();
  [[nodiscard]] Read read_more();
  [[nodiscard]] Step read_head();
  [[nodiscard]] bool recall();
  [[nodiscard]] Step begin_body();
  [[nodiscard]] Step read_body();
  [[nodiscard]] bool take_body();
  void let_go_of_body();
  [[nodiscard]] Presence note_presence();
  void ask();
  [[nodiscard]] Step send();
  [[nodiscard]] Step after_answer();
  [[nodiscard]] Step refuse(Refusal const& refusal);
  [[nodiscard]] Step drain();
  void touch() { touched_ = worker_.now(); }

  Worker& worker_;
  ConnectionId const id_;
  Transport transport_;
  Origin const origin_;
  State state_ = State::head;
  bool can_read_ = true;     // Until the socket says that it has no more.
  bool last_ = false;        // The client has sent its last byte,
  bool ended_ = false;       // and it was read.
  bool close_ = false;       // After this answer.
  std::uint32_t touched_;    // When something moved last,
  std::uint32_t began_ = 0;  // and when the head began.
  Bytes moved_ = 0;
  Bytes held_ = 0;                 // Of the request's body, until its answer.
  std::optional<Bytes> waits_at_;  // The body's bell is set for it.
  std::uint64_t exchange_ = 0;     // Counts requests, so that an answer finds its own.
  RequestReader reader_;
  std::string input_;  // Read but not understood yet.
  Presence presence_;  // Null until a request may wait long for its answer.
  std::string early_;  // Of answers before the one that counts, what has not been sent.
  std::string words_;  // The request as it was sent, while its answer may be worth remembering.
  struct Request {
    RequestHead head;
    std::string body;
    std::optional<ChunkReader> chunks;
  };
  std::unique_ptr<Request> request_;
  std::unique_ptr<Sender> sender_;
};

}  // namespace freshet::node
