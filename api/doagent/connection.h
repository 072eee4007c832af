// One connection of a client: reads a request, has it answered, writes the reply, and again.
//
// Reactor only; owned by the listener. Its peer may do anything.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "api/doagent/listener.h"
#include "api/doagent/request_reader.h"

namespace freshet::doagent {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  struct Identity {
    std::uint64_t number = 0;
    loopback::Peer peer;
  };
  Connection(Listener& listener, Identity identity, local::Descriptor socket,
             local::Quota::Share share);
  Connection(Connection const&) = delete;
  Connection& operator=(Connection const&) = delete;

  void start() { read_more(); }

 private:
  void read_more();
  void on_readable();
  // Answers what is whole of it; nothing more is read until then.
  void consume();
  void dispatch(Request const& request);
  void reply(std::string text, bool closes);
  void write();
  void close();

  Listener& listener_;
  Identity const identity_;
  local::Watched socket_;
  local::Quota::Share share_;
  RequestReader reader_;
  std::string in_;   // Read, and not looked at yet.
  std::string out_;  // Not written yet.
  bool calling_ = false;
  bool closing_ = false;
  bool closed_ = false;
};

}  // namespace freshet::doagent
