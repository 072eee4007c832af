// One connection: reads a request, has it answered, writes the answer, and again.
//
// Reactor only; owned by the server. Its peer may do anything: send nothing, half, too much or
// nonsense, stop reading, or go away.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "api/local/http_reader.h"
#include "api/local/server.h"

struct msghdr;

namespace freshet::local {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  struct Peer {
    std::uint64_t connection = 0;
    Caller caller;
    bool unix_socket = true;
  };
  Connection(Server& server, Peer peer, Descriptor socket, Quota::Share connection);
  Connection(Connection const&) = delete;
  Connection& operator=(Connection const&) = delete;

  void start();
  // The server stops: what is under way is answered, then this ends.
  void wind_up();

 private:
  enum class State : std::uint8_t {
    reading,
    calling,   // Until the service answers.
    writing,   // Until the answer is with the kernel.
    draining,  // Until the peer has read it and closed; then nothing of it gets lost.
    closed,
  };
  enum class Phase : std::uint8_t { idle, header, body };  // Of reading.

  void read_more();
  void on_readable();
  // How much came; 0: the end, or an error, or nothing now (`state_` tells).
  std::size_t receive();
  [[nodiscard]] bool keep_descriptors(msghdr const& message);
  void consume();
  void set_phase(Phase phase);
  void refuse(Answer answer);

  void dispatch();
  [[nodiscard]] std::shared_ptr<Call> admit(HttpRequest request, Answer& refusal);
  void run(std::shared_ptr<Call> call);
  [[nodiscard]] Answer::Reply replier();
  void answered(std::uint64_t request, Answer answer);
  void reply(Answer answer);
  void wait_for(std::function<std::shared_ptr<void>(Answer::Reply)> const& later);
  void finish_answer();

  void write();
  [[nodiscard]] bool refill();
  void arm_write_timeout();
  void pulse();
  void drain();
  void close();

  Server& server_;
  Peer const peer_;
  Watched socket_;
  Alarm alarm_;
  Quota::Share connection_share_;
  Quota::Share bytes_share_;
  Quota::Share descriptor_share_;
  Quota::Share stream_share_;

  State state_ = State::reading;
  Phase phase_ = Phase::idle;
  HttpReader reader_;
  std::string in_;
  std::vector<Descriptor> descriptors_;
  bool read_waits_ = false;
  bool write_waits_ = false;
  std::size_t drained_ = 0;

  bool head_only_ = false;
  bool keep_alive_ = true;
  std::uint64_t request_ = 0;        // Answers to an earlier one find nobody.
  bool called_ = false;              // On a thread of the pool.
  std::shared_ptr<void> under_way_;  // What the service does for this caller.
  std::string out_;
  std::size_t out_at_ = 0;
  std::shared_ptr<Stream> stream_;
};

}  // namespace freshet::local
