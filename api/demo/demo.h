// The demonstration: one origin on loopback and several clients in this process that all want the
// same content at the same moment, each with a directory of its own.
//
// One thread uses it. Its directory is gone with the object, however the demonstration ended.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/demo/demo_origin.h"
#include "freshet/client.h"

namespace freshet::demo {

struct DemoSpec {
  std::uint32_t clients = 4;
  Bytes size = 64_MiB;
  BytesPerSecond rate{8_MiB};  // Of the origin's uplink; 0: no limit.
  bool peers = true;
};

struct DemoClient {
  JobInfo job;
  Duration took{};  // Until its job settled; 0 before.
};

struct DemoSummary {
  Duration took{};   // Of the last client.
  Duration bound{};  // The least time in which all can have it; 0 without a limit.
  Bytes from_origin = 0;
  Bytes from_peers = 0;
  Bytes wasted = 0;
  double copies = 0;           // Of the content, sent by the origin.
  std::uint32_t verified = 0;  // Clients whose file has the right SHA-256.
};

class Demo {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Demo>> open(DemoSpec spec);
  class Key;  // Only `open` has one.
  Demo(Key, DemoSpec spec);
  ~Demo();
  Demo(Demo const&) = delete;
  Demo& operator=(Demo const&) = delete;

  // All clients begin.
  [[nodiscard]] Result<void> start();
  [[nodiscard]] std::vector<DemoClient> const& look();
  [[nodiscard]] bool done() const;
  [[nodiscard]] Bytes sent_by_origin() const { return origin_->bytes_sent(); }
  // Places every file, reads it again and compares its SHA-256. An error of one client is that of
  // the whole.
  [[nodiscard]] Result<DemoSummary> finish();

 private:
  [[nodiscard]] Result<void> prepare();
  [[nodiscard]] Result<void> open_client();
  [[nodiscard]] PeerOptions peer_options() const;
  [[nodiscard]] std::string folder_of(std::size_t client) const;
  [[nodiscard]] Result<void> verify(std::size_t client);

  DemoSpec spec_;
  MadeContent content_;
  Digest sha256_;
  std::string torrent_;
  std::string folder_;
  std::unique_ptr<DemoOrigin> origin_;
  std::vector<Client> clients_;
  std::vector<std::string> addresses_;  // Where their peers reach them.
  std::vector<DemoClient> seen_;
  TimePoint begun_{};
};

}  // namespace freshet::demo
