// Requests to the daemon and their answers, on a few connections that are used again.
//
// Any thread; a call waits for its answer. A daemon that is away is waited for; a request whose
// connection broke is sent again, so every request has to bear that (see `repeated`).
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/remote/answer_reader.h"
#include "api/remote/socket.h"
#include "freshet/client.h"

namespace freshet::remote {

struct Request {
  std::string_view method = "GET";
  std::string target;
  std::string body;  // JSON; empty: none.
  std::vector<int> descriptors{};
  std::string key{};  // Names the attempts of one call, for the daemon to do it once.
  bool slow = false;  // It may take as long as a content is large.
  std::optional<ByteRange> range{};
};

struct Reply {
  Result<std::string> body;  // Or the problem that was answered.
  bool repeated = false;     // An earlier attempt may have reached the daemon.
  AnswerHead head{};         // Of the answer; its status is 0 when there was none.
};

class DaemonCalls {
 public:
  static constexpr std::size_t kConnectionsMax = 16;  // More calls wait for one.
  static constexpr std::size_t kIdleMax = 4;
  static constexpr std::size_t kAnswerBytesMax = 64U << 20;

  explicit DaemonCalls(ConnectOptions options) : options_(std::move(options)) {}

  // daemon_unavailable after `call_timeout`, or after `patience`.
  [[nodiscard]] Reply call(Request const& request, std::optional<Duration> patience = {});

  [[nodiscard]] ConnectOptions const& options() const { return options_; }
  // The user that listens at the socket, since the last connection.
  [[nodiscard]] std::optional<std::uint32_t> daemon_uid() const;

 private:
  struct Line {
    Socket socket;
    bool used = false;  // For an earlier request: the daemon may have closed it since.
  };
  struct Answer {
    AnswerHead head;
    std::string body;
  };

  [[nodiscard]] Result<Line> take_line(Deadline deadline);
  void give_back(Socket socket);
  void leave();
  [[nodiscard]] Result<Answer> attempt(Request const& request, Deadline deadline, bool& sent);
  [[nodiscard]] Result<Answer> exchange(Line& line, Request const& request, Deadline deadline,
                                        bool& keep);

  ConnectOptions const options_;
  mutable std::mutex mutex_;
  std::condition_variable free_;
  std::size_t connections_ = 0;  // In use.
  std::vector<Socket> idle_;
  std::optional<std::uint32_t> daemon_uid_;
};

// The bytes of a request.
[[nodiscard]] std::string request_text(Request const& request, std::string_view more_fields = {});

}  // namespace freshet::remote
