#include "api/local/connection.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "api/local/answers.h"
#include "api/local/page_answer.h"

namespace freshet::local {

namespace {

constexpr std::size_t kDrainedMax = 16 << 20;  // Of what nobody wants to know.
constexpr std::size_t kWrittenPerTurnMax = 1 << 20;
constexpr Duration kDrainTimeout = std::chrono::seconds{2};
constexpr std::size_t kControlBytes = CMSG_SPACE(sizeof(int) * 253);  // The kernel's SCM_MAX_FD.

void collect(msghdr const& message, std::vector<Descriptor>& into) {
  auto* header = CMSG_FIRSTHDR(&message);
  for (; header != nullptr; header = CMSG_NXTHDR(const_cast<msghdr*>(&message), header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    auto const count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int number = -1;
      std::memcpy(&number, CMSG_DATA(header) + i * sizeof(int), sizeof number);
      into.emplace_back(number);
    }
  }
}

}  // namespace

Connection::Connection(Server& server, Peer peer, Descriptor socket, Quota::Share connection)
    : server_(server),
      peer_(peer),
      socket_(server.reactor(), std::move(socket)),
      alarm_(server.reactor()),
      connection_share_(std::move(connection)),
      bytes_share_(server.large_bytes(), peer.caller.uid),
      descriptor_share_(server.descriptors(), peer.caller.uid),
      stream_share_(server.streams(), peer.caller.uid),
      reader_(server.limits().header_bytes_max, server.limits().body_bytes_max) {}

void Connection::start() {
  set_phase(Phase::idle);
  read_more();
}

void Connection::wind_up() {
  keep_alive_ = false;
  bool const nothing_owed = (state_ == State::reading && phase_ == Phase::idle) || stream_ ||
                            (state_ == State::calling && under_way_);
  if (nothing_owed) close();
}

void Connection::read_more() {
  if (std::exchange(read_waits_, true)) return;
  socket_.when_readable([this] {
    read_waits_ = false;
    on_readable();
  });
}

void Connection::on_readable() {
  if (state_ == State::draining) return drain();
  if (state_ == State::reading) {
    if (receive() > 0) consume();
    return;
  }
  // Something is under way: only whether the peer has gone is of interest.
  char byte = 0;
  auto const got = ::recv(socket_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) return close();
  if (got < 0) read_more();
}

std::size_t Connection::receive() {
  auto& scratch = server_.scratch();
  alignas(cmsghdr) char control[kControlBytes];
  iovec part{scratch.data(), scratch.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  auto const got = ::recvmsg(socket_.get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
    read_more();
    return 0;
  }
  if (got <= 0) {
    close();
    return 0;
  }
  in_.append(scratch.data(), static_cast<std::size_t>(got));
  if (!keep_descriptors(message)) {
    refuse(too_much("descriptors"));
    return 0;
  }
  return static_cast<std::size_t>(got);
}

bool Connection::keep_descriptors(msghdr const& message) {
  collect(message, descriptors_);
  if ((message.msg_flags & MSG_CTRUNC) != 0) return false;
  if (descriptors_.size() > server_.limits().descriptors_per_request_max) return false;
  return descriptor_share_.hold(descriptors_.size());
}

void Connection::consume() {
  auto const& limits = server_.limits();
  auto fed = reader_.feed(in_);
  in_.erase(0, fed.used);
  if (in_.empty()) in_.shrink_to_fit();
  if (fed.fault != 0) {
    return refuse(problem(fed.fault, {Errc::protocol_error, "request", std::move(fed.why)}));
  }
  auto const body = reader_.body_bytes();
  if (body > limits.small_bytes_max && !bytes_share_.hold(body)) {
    return refuse(too_much("bodies of requests"));
  }
  if (reader_.done()) return dispatch();
  if (reader_.take_expectation()) {
    constexpr std::string_view kGoOn = "HTTP/1.1 100 Continue\r\n\r\n";
    static_cast<void>(
        ::send(socket_.get(), kGoOn.data(), kGoOn.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
  }
  bool const began = reader_.began() || !in_.empty();
  set_phase(reader_.header_done() ? Phase::body : began ? Phase::header : Phase::idle);
  read_more();
}

// Each phase has its time as a whole, however slowly its bytes drip.
void Connection::set_phase(Phase phase) {
  if (phase == phase_ && phase != Phase::idle) return;
  phase_ = phase;
  auto const& limits = server_.limits();
  auto const time = phase == Phase::idle     ? limits.idle_timeout
                    : phase == Phase::header ? limits.header_timeout
                                             : limits.body_timeout;
  alarm_.after(time, [this] {
    if (phase_ == Phase::idle) return close();
    refuse(problem(408, {Errc::timed_out, "request", "took too long to arrive"}));
  });
}

void Connection::refuse(Answer answer) {
  keep_alive_ = false;
  state_ = State::calling;
  reply(std::move(answer));
}

void Connection::dispatch() {
  alarm_.cancel();
  phase_ = Phase::idle;
  state_ = State::calling;
  ++request_;
  auto request = reader_.take();
  keep_alive_ = request.keep_alive && !server_.stopping();
  head_only_ = request.method == "HEAD";
  Answer refusal;
  auto call = admit(std::move(request), refusal);
  if (!call) return reply(std::move(refusal));
  run(std::move(call));
}

std::shared_ptr<Call> Connection::admit(HttpRequest request, Answer& refusal) {
  auto call = std::make_shared<Call>();  // Shared only because tasks have to be copyable.
  call->descriptors = std::exchange(descriptors_, {});
  auto const target = std::string_view(request.target);
  auto const mark = target.find('?');
  std::string allowed;
  auto const method = head_only_ ? std::string_view("GET") : std::string_view(request.method);
  auto match = find_route(method, target.substr(0, mark), allowed);
  // Browsers come in over TCP; who they are is asked when they want more than the page's files.
  auto page = peer_.unix_socket ? std::nullopt : page_answer(request, target.substr(0, mark));
  bool const open = page || (match && match->route != nullptr && match->route->open);
  if (!peer_.unix_socket) {
    if (auto const refused = server_.gatekeeper().refuse(request, open)) {
      refusal = problem(refused->status, refused->error);
      return nullptr;
    }
  }
  if (page) {
    refusal = std::move(*page);
    return nullptr;
  }
  if (!match) {
    refusal =
        problem(404, {Errc::not_found, std::string(target.substr(0, mark)), "is no resource"});
    return nullptr;
  }
  if (match->route == nullptr) {
    refusal = problem(405, {Errc::not_supported, request.method, "is not for this resource"});
    refusal.headers.push_back({"Allow", allowed});
    return nullptr;
  }
  auto query = parse_query(mark == std::string_view::npos ? "" : target.substr(mark + 1));
  if (!query) {
    refusal = problem(query.error());
    return nullptr;
  }
  call->route = match->route;
  call->caller = peer_.caller;
  call->values = std::move(match->values);
  call->query = std::move(*query);
  call->body = std::move(request.body);
  if (auto const* const id = request.header("Last-Event-ID")) call->last_event_id = *id;
  if (auto const* const key = request.header("Idempotency-Key")) call->idempotency_key = *key;
  if (auto const* const parent = request.header("traceparent")) call->traceparent = *parent;
  if (auto const* const accept = request.header("Accept")) call->accept = *accept;
  if (auto const* const range = request.header("Range")) call->range = *range;
  return call;
}

void Connection::run(std::shared_ptr<Call> call) {
  auto work = [call, reply = replier(), &service = server_.service(),
               &reactor = server_.reactor()] {
    auto const answer = std::make_shared<Answer>(service.answer(*call));
    call->descriptors.clear();
    reactor.post([answer, reply] { reply(std::move(*answer)); });
  };
  called_ = server_.pool(call->route->runs).run(peer_.caller.uid, std::move(work));
  if (!called_) reply(too_much("calls"));
}

Answer::Reply Connection::replier() {
  return [weak = weak_from_this(), request = request_](Answer answer) {
    if (auto const self = weak.lock()) self->answered(request, std::move(answer));
  };
}

void Connection::answered(std::uint64_t request, Answer answer) {
  if (request != request_) return;
  bool const called = std::exchange(called_, false);
  if (state_ == State::calling) return reply(std::move(answer));
  if (state_ == State::closed && called) server_.forget(peer_.connection);
}

void Connection::reply(Answer answer) {
  if ((answer.later || answer.stream) && !stream_share_.hold(1)) answer = too_much("streams");
  if (answer.later) return wait_for(answer.later);
  under_way_.reset();
  descriptors_.clear();
  descriptor_share_.release();
  auto const size = answer.body.size();
  bool const fits = size <= server_.limits().small_bytes_max || bytes_share_.hold(size);
  if (!fits) answer = too_much("bytes of answers");
  if (answer.stream && head_only_) answer.stream.reset();
  if (answer.stream) keep_alive_ = false;
  if (!answer.stream) stream_share_.release();
  out_ = head_of(answer, keep_alive_);
  stream_ = std::move(answer.stream);
  if (!head_only_) out_ += answer.body;
  out_at_ = 0;
  state_ = State::writing;
  arm_write_timeout();
  if (stream_) {
    read_more();
    stream_->start([this] { write(); });
  }
  write();
}

void Connection::write() {
  if (state_ != State::writing || write_waits_) return;
  std::size_t written = 0;
  while (true) {
    if (out_at_ == out_.size() && !refill()) return;
    auto const sent = ::send(socket_.get(), out_.data() + out_at_, out_.size() - out_at_,
                             MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno != EAGAIN) return close();
    if (sent > 0) {
      out_at_ += static_cast<std::size_t>(sent);
      written += static_cast<std::size_t>(sent);
      arm_write_timeout();
    }
    if (sent < 0 || written > kWrittenPerTurnMax) break;
  }
  write_waits_ = true;
  socket_.when_writable([this] {
    write_waits_ = false;
    write();
  });
}

void Connection::arm_write_timeout() {
  alarm_.after(server_.limits().write_timeout, [this] { close(); });
}

// What comes after the bytes that were written; false: nothing now.
bool Connection::refill() {
  out_.clear();
  out_.shrink_to_fit();
  out_at_ = 0;
  if (stream_) out_ = stream_->next(server_.limits().stream_chunk_bytes_max);
  if (!out_.empty()) {
    arm_write_timeout();
    return true;
  }
  if (stream_ && !stream_->ended()) {
    alarm_.after(server_.limits().stream_pulse, [this] { pulse(); });
    return false;
  }
  stream_.reset();
  stream_share_.release();
  finish_answer();
  return false;
}

void Connection::wait_for(std::function<std::shared_ptr<void>(Answer::Reply)> const& later) {
  auto handle = later(replier());
  if (state_ != State::calling) return;  // It has replied already.
  under_way_ = std::move(handle);
  read_more();
}

void Connection::finish_answer() {
  alarm_.cancel();
  bytes_share_.release();
  if (!keep_alive_) {
    static_cast<void>(::shutdown(socket_.get(), SHUT_WR));
    state_ = State::draining;
    alarm_.after(kDrainTimeout, [this] { close(); });
    return read_more();
  }
  state_ = State::reading;
  set_phase(Phase::idle);
  if (in_.empty()) return read_more();
  // A later turn, so that requests in a row do not pile up on the stack.
  server_.reactor().post([weak = weak_from_this()] {
    auto const self = weak.lock();
    if (self && self->state_ == State::reading) self->consume();
  });
}

// So that both sides notice when the other has gone.
void Connection::pulse() {
  out_ = ":\n\n";
  arm_write_timeout();
  write();
}

void Connection::drain() {
  auto& scratch = server_.scratch();
  auto const got = ::recv(socket_.get(), scratch.data(), scratch.size(), MSG_DONTWAIT);
  bool const more = got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
  if (got > 0) drained_ += static_cast<std::size_t>(got);
  if (!more || drained_ > kDrainedMax) return close();
  read_more();
}

void Connection::close() {
  if (std::exchange(state_, State::closed) == State::closed) return;
  alarm_.cancel();
  under_way_.reset();
  stream_.reset();
  // Its peer hears of it now, whatever the owner still does with this object.
  static_cast<void>(::shutdown(socket_.get(), SHUT_RDWR));
  // What it has counts as long as its call runs.
  if (!called_) server_.forget(peer_.connection);
}

}  // namespace freshet::local
