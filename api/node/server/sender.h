// Sends one answer as far as the socket takes it and the body has come.
//
// Thread: its worker's. Owned by its connection.
#pragma once

#include "api/node/server/service.h"
#include "api/node/server/transport.h"

namespace freshet::node {

class Sender {
 public:
  explicit Sender(Reply reply);
  ~Sender();  // Tells `done`.
  Sender(Sender const&) = delete;
  Sender& operator=(Sender const&) = delete;

  enum class Step : std::uint8_t {
    done,
    blocked,  // Until the socket takes more.
    waiting,  // For the body, at `at`.
    turn,     // Others have their turn now.
    broken,   // The connection is of no use any more.
  };
  [[nodiscard]] Step run(Transport& transport, Bytes turn_bytes);

  [[nodiscard]] Bytes at() const { return at_; }
  [[nodiscard]] Body& body() const { return *reply_.body; }
  [[nodiscard]] bool closes() const { return reply_.close; }
  // Of anything: grows as long as the client reads.
  [[nodiscard]] Bytes moved() const { return moved_; }

 private:
  enum class Next : std::uint8_t { ready, wait, over, failed };
  [[nodiscard]] Next next();
  [[nodiscard]] bool begin_part();
  void end_body();
  void begin_run();
  [[nodiscard]] Transport::Moved move(Transport& transport);
  [[nodiscard]] Step send(Transport& transport, Bytes turn_bytes);
  void count(std::size_t bytes);
  [[nodiscard]] bool text_left() const { return text_at_ < text_.size(); }
  [[nodiscard]] Bytes run_left() const;

  Reply reply_;
  std::string text_;  // Head and framing on their way,
  std::size_t text_at_ = 0;
  Body::Run run_;  // and content behind it.
  std::size_t part_ = 0;
  bool in_part_ = false;
  bool over_ = false;  // All text is in `text_`.
  Bytes at_ = 0;
  Bytes moved_ = 0;
  Sent sent_;
};

}  // namespace freshet::node
