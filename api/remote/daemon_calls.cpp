#include "api/remote/daemon_calls.h"

#include <algorithm>
#include <array>
#include <thread>

#include "api/remote/backoff.h"
#include "api/wire/problem.h"

namespace freshet::remote {

namespace {

using std::chrono::steady_clock;

// Of a call that takes as long as a content is large: the daemon ends it or goes away.
constexpr Duration kSlowMax = std::chrono::hours{24};

// The other end of a broken connection says nothing about what was done.
bool may_try_again(Errc code) {
  return code == Errc::connection_lost || code == Errc::daemon_unavailable;
}

Error unavailable(std::string const& socket, Error const& error) {
  bool const silent = error.code == Errc::connection_lost || error.code == Errc::timed_out;
  return silent ? Error{Errc::daemon_unavailable, "socket " + socket, error.why} : error;
}

}  // namespace

std::string request_text(Request const& request, std::string_view more_fields) {
  std::string text;
  text.append(request.method).append(" ").append(request.target);
  text += " HTTP/1.1\r\nHost: localhost\r\n";
  if (!request.body.empty()) text += "Content-Type: application/json\r\n";
  if (!request.body.empty() || request.method != "GET") {
    text += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  }
  if (!request.key.empty()) text += "Idempotency-Key: " + request.key + "\r\n";
  if (request.range) {
    text += "Range: bytes=" + std::to_string(request.range->begin) + "-" +
            std::to_string(request.range->end - 1) + "\r\n";
  }
  text.append(more_fields).append("\r\n").append(request.body);
  return text;
}

std::optional<std::uint32_t> DaemonCalls::daemon_uid() const {
  std::lock_guard const lock(mutex_);
  return daemon_uid_;
}

Result<DaemonCalls::Line> DaemonCalls::take_line(Deadline deadline) {
  std::unique_lock lock(mutex_);
  if (!free_.wait_until(lock, deadline, [this] { return connections_ < kConnectionsMax; })) {
    return fail(Errc::daemon_unavailable, "socket " + options_.socket, "too many calls wait");
  }
  ++connections_;
  while (!idle_.empty()) {
    auto socket = std::move(idle_.back());
    idle_.pop_back();
    if (socket.silent()) return Line{std::move(socket), true};
  }
  lock.unlock();
  auto socket = Socket::connect(options_.socket);
  if (!socket) {
    leave();
    return tl::unexpected(socket.error());
  }
  lock.lock();
  daemon_uid_ = socket->peer_uid();
  return Line{std::move(*socket), false};
}

void DaemonCalls::leave() {
  std::lock_guard const lock(mutex_);
  --connections_;
  free_.notify_one();
}

void DaemonCalls::give_back(Socket socket) {
  std::lock_guard const lock(mutex_);
  if (idle_.size() < kIdleMax) idle_.push_back(std::move(socket));
}

Result<DaemonCalls::Answer> DaemonCalls::exchange(Line& line, Request const& request,
                                                  Deadline deadline, bool& keep) {
  auto const sent = line.socket.send(request_text(request), request.descriptors, deadline);
  if (!sent) return tl::unexpected(sent.error());
  AnswerReader reader(kAnswerBytesMax);
  std::vector<char> buffer(64 * 1024);
  Answer answer;
  while (!reader.done()) {
    auto const got = line.socket.receive(buffer, deadline);
    if (!got) return tl::unexpected(got.error());
    if (*got == 0) {
      if (auto const ended = reader.end(); !ended) return tl::unexpected(ended.error());
      break;
    }
    auto const used = reader.feed({buffer.data(), *got});
    if (!used) return tl::unexpected(used.error());
    answer.body += reader.take_body();
  }
  answer.body += reader.take_body();
  answer.head = *reader.head();
  keep = answer.head.keep_alive && answer.head.length.has_value();
  return answer;
}

Result<DaemonCalls::Answer> DaemonCalls::attempt(Request const& request, Deadline deadline,
                                                 bool& sent) {
  auto const answered_by =
      steady_clock::now() + (request.slow ? kSlowMax : options_.answer_timeout);
  while (true) {
    auto line = take_line(deadline);
    if (!line) return tl::unexpected(line.error());
    bool keep = false;
    auto answer = exchange(*line, request, answered_by, keep);
    if (keep && line->socket.silent()) give_back(std::move(line->socket));
    leave();
    if (answer || !may_try_again(answer.error().code)) return answer;
    sent = true;
    // An old connection that broke tells nothing about the daemon: it may have closed it long ago.
    if (!line->used) return answer;
  }
}

Reply DaemonCalls::call(Request const& request, std::optional<Duration> patience) {
  auto const give_up = steady_clock::now() + patience.value_or(options_.call_timeout);
  Backoff backoff;
  Reply reply{std::string(), false};
  while (true) {
    bool sent = false;
    auto answer = attempt(request, give_up, sent);
    reply.repeated = reply.repeated || sent;
    if (answer) reply.head = answer->head;
    if (answer && answer->head.status < 400) {
      reply.body = std::move(answer->body);
      return reply;
    }
    // With too much to do it says so before it begins.
    bool const busy = answer && answer->head.status == 503 && answer->head.retry_after;
    bool const again = busy || (!answer && may_try_again(answer.error().code));
    auto const pause = backoff.next();
    if (!again || steady_clock::now() + pause > give_up) {
      reply.body = tl::unexpected(answer ? wire::read_problem(answer->body)
                                         : unavailable(options_.socket, answer.error()));
      return reply;
    }
    std::this_thread::sleep_for(pause);
  }
}

}  // namespace freshet::remote
