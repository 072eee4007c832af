// An HTTP/1.1 server on loopback that does exactly what a test's script says, once or for ever.
//
// Own threads, raw sockets, optional TLS, can act as a proxy. A script is a function from the
// request to a reply; it runs on the connection's thread. Requests are recorded. Destroying it
// closes everything. Waits have a deadline of ten seconds and answer false when it passed.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/tls_files.h"

namespace freshet::test {

struct SeenRequest {
  std::string method;
  std::string target;  // As sent: a path, an absolute URL to a proxy, or host:port to CONNECT.
  std::vector<std::pair<std::string, std::string>> headers;
  std::uint64_t connection = 0;  // Counts connections from 1.

  // The first header of this name in any case; empty when absent.
  [[nodiscard]] std::string header(std::string const& name) const;
  [[nodiscard]] bool has_header(std::string const& name) const;
};

// Holds a reply back until the test says go. Outlives the server that waits for it.
class Latch {
 public:
  void open();
  // False when nobody opened it within the deadline or `given_up` became true.
  [[nodiscard]] bool wait(std::function<bool()> const& given_up) const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable opened_;
  bool open_ = false;
};

struct Reply {
  int status = 200;
  std::string reason = "Some";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  // How the body is framed. `length`: Content-Length of `body` unless a header says otherwise.
  enum class Framing { length, chunked, until_close } framing = Framing::length;
  std::string version = "HTTP/1.1";
  std::string raw;  // When set, sent instead of all of the above.

  std::size_t cut_after = std::string::npos;    // Closes after this many body bytes.
  bool reset = false;                           // With cut_after: by RST.
  std::size_t pause_after = std::string::npos;  // Waits for `latch` after this many body bytes.
  Latch* latch = nullptr;                       // Without pause_after: before the head.
  std::size_t drip_bytes = 0;                   // When set, body is written in pieces this small.
  bool close = false;                           // Closes after the answer, without saying so.
  bool silent_close = false;                    // Closes without any answer.
};

// Elsewhere.
[[nodiscard]] inline Reply redirect(std::string const& to, int status = 302) {
  Reply reply{.status = status, .body = "moved"};
  reply.headers = {{"Location", to}};
  return reply;
}

using Script = std::function<Reply(SeenRequest const&)>;

struct ServerOptions {
  std::string address = "127.0.0.1";  // Or "::1".
  std::string certificate;            // PEM; empty: plain HTTP.
  std::string key;
  bool http2_only = false;  // Shakes hands only with who offers HTTP/2 (and speaks none).
};

// How `serve_file` answers.
struct FileOptions {
  bool ranges = true;
  std::string etag = "\"v1\"";
  std::string last_modified;
  std::vector<std::pair<std::string, std::string>> headers;
};

class ScriptedOrigin {
 public:
  explicit ScriptedOrigin(ServerOptions options = {});
  ~ScriptedOrigin();

  // What is not scripted answers 404. `path` is compared without the query.
  void on(std::string const& path, Script script);
  void reply_once(std::string const& path, Reply reply);  // Before any script, in order.
  void serve_file(std::string const& path, std::string bytes, FileOptions options = {});
  void serve_status(std::string const& path, int status);
  // In one piece with an ETag, whose bytes after so many wait for the latch.
  void serve_until(std::string const& path, std::string bytes, std::size_t pause_after,
                   Latch& latch);
  // Acts as a forward proxy: absolute targets and CONNECT. With `user`, Basic auth is required.
  void act_as_proxy(std::string user = {}, std::string password = {});

  [[nodiscard]] std::string url(std::string const& path) const;
  [[nodiscard]] std::uint16_t port() const;

  [[nodiscard]] std::vector<SeenRequest> requests() const;
  [[nodiscard]] std::size_t connections() const;
  // Body bytes handed to sockets so far.
  [[nodiscard]] std::uint64_t bytes_sent() const;
  [[nodiscard]] bool wait_for_requests(std::size_t count) const;
  [[nodiscard]] bool wait_for_sent(std::uint64_t bytes) const;
  // Closes connections that wait for a request.
  void close_idle();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace freshet::test
