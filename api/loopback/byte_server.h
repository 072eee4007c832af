// One file of a job over plain HTTP on loopback while it arrives, for programs that stream from a
// URL: updaters, players. Whoever knows the URL and is the same user or root gets the bytes.
//
// Threads of its own, one for each connection; they wait for the client, which outlives it. The URL
// is good from `start` to the end of the object.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>

#include "api/descriptor.h"
#include "api/local/http_reader.h"
#include "freshet/client.h"

namespace freshet::loopback {

class ByteServer {
 public:
  static constexpr std::size_t kConnectionsMax = 16;  // More are closed at once.

  struct File {
    JobId job;
    std::uint32_t index = 0;
    std::string name;  // What the URL ends with.
  };
  [[nodiscard]] static Result<std::unique_ptr<ByteServer>> start(Client const& client, File file);
  ~ByteServer();  // Cuts what is under way.
  ByteServer(ByteServer const&) = delete;
  ByteServer& operator=(ByteServer const&) = delete;

  // "http://127.0.0.1:PORT/SECRET/NAME"
  [[nodiscard]] std::string url() const;

 private:
  struct Connection {
    local::Descriptor socket;
    std::atomic<bool> done = false;
    std::thread thread;
  };

  ByteServer(Client const& client, File file) : client_(client), file_(std::move(file)) {}
  [[nodiscard]] Result<void> open();
  void accept_all();
  void take(local::Descriptor socket);
  void serve(int socket);
  // Whether another request may follow.
  [[nodiscard]] bool answer(int socket, local::HttpRequest const& request);
  [[nodiscard]] bool answer_file(int socket, local::HttpRequest const& request);
  // Waits until the length is known.
  [[nodiscard]] Result<ReadBytes> look() const;

  Client const& client_;
  File const file_;
  std::string path_;
  std::uint16_t port_ = 0;
  local::Descriptor listener_;
  std::stop_source stop_;
  std::list<Connection> connections_;  // Of the accepting thread, as long as that runs.
  std::thread accepting_;
};

}  // namespace freshet::loopback
