#include "api/node/server/connection.h"

#include <algorithm>
#include <array>
#include <utility>

#include "api/node/discovery/proof.h"
#include "api/node/server/address_text.h"
#include "api/node/server/doorkeeper.h"

namespace freshet::node {

namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr Refusal kNoRoom{503, "too many requests with large bodies are under way"};
constexpr Refusal kBodyTooLarge{413, "the body is larger than the node passes on"};
// What a client may still send after an answer that ends the connection.
constexpr std::size_t kDrainBytesMax = 256 << 10;
constexpr std::size_t kEarlyBytesMax = 64 << 10;
constexpr std::size_t kStepsMax = 64;  // Of one turn: some twenty small answers.

std::uint32_t seconds(Duration duration) {
  return static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::seconds>(duration).count());
}

}  // namespace

Connection::Connection(Worker& worker, ConnectionId id, Transport transport, Origin origin)
    : worker_(worker),
      id_(id),
      transport_(std::move(transport)),
      origin_(std::move(origin)),
      touched_(worker.now()),
      reader_(worker.options().head) {}

void Connection::on_readable(bool last) {
  can_read_ = true;
  last_ = last_ || last;
  if (last_ && presence_) *presence_ = false;
}

Connection::Step Connection::run() {
  for (std::size_t steps = 0; steps < kStepsMax; ++steps) {
    auto const next = step();
    if (next != Step::on) return next;
  }
  return Step::turn;
}

Connection::Step Connection::step() {
  switch (state_) {
    case State::head:
      return read_head();
    case State::body:
      return read_body();
    case State::asking:
      return Step::resting;
    case State::sending:
      return send();
    case State::draining:
      return drain();
  }
  return Step::over;
}

Connection::Read Connection::read_more() {
  if (!can_read_ || ended_) return ended_ ? Read::ended : Read::none;
  auto const room = worker_.scratch();
  auto const moved = transport_.read(room);
  if (moved.step == Transport::Step::blocked) {
    can_read_ = false;
    return Read::none;
  }
  if (moved.step == Transport::Step::ended) {
    ended_ = true;
    return Read::ended;
  }
  // A socket that gave less than there was room for is empty; another event tells of more.
  if (moved.bytes < room.size() && !transport_.secure() && !last_) can_read_ = false;
  touch();
  input_.append(room.data(), moved.bytes);
  return Read::some;
}

Connection::Step Connection::read_head() {
  while (true) {
    if (!input_.empty()) {
      if (!reader_.began() && recall()) return Step::on;
      if (!reader_.began()) began_ = worker_.now();
      std::string_view rest = input_;
      reader_.feed(rest);
      input_.erase(0, input_.size() - rest.size());
      if (reader_.refusal()) return refuse(*reader_.refusal());
      if (reader_.done()) return begin_body();
    }
    auto const read = read_more();
    if (read == Read::ended) return Step::over;
    if (read == Read::some) continue;
    if (input_.empty()) input_.shrink_to_fit();
    return Step::resting;
  }
}

// Whether the same words had an answer a moment ago that is still right.
bool Connection::recall() {
  words_.clear();
  auto const end = input_.find("\r\n\r\n");
  if (end == std::string::npos || end + 4 > ReplyMemo::kRequestBytesMax) return false;
  auto const words = std::string_view(input_).substr(0, end + 4);
  auto& service = worker_.service();
  auto const* const reply = worker_.memo(transport_.secure()).find(words, service.stamp());
  if (reply == nullptr) {
    words_ = words;
    return false;
  }
  service.recalled();
  input_.erase(0, end + 4);
  ++exchange_;
  close_ = false;
  state_ = State::asking;
  answer(exchange_, *reply);
  return true;
}

Connection::Step Connection::begin_body() {
  ++exchange_;
  request_ = std::make_unique<Request>();
  request_->head = reader_.take();
  auto const& head = request_->head;
  close_ = !head.keep_alive;
  if (head.framing == Framing::none || (head.framing == Framing::length && head.body_bytes == 0)) {
    ask();
    return Step::on;
  }
  if (head.body_bytes > worker_.options().body_bytes_max) return refuse(kBodyTooLarge);
  if (head.framing == Framing::chunked) request_->chunks.emplace(worker_.options().head);
  if (head.expects_continue && input_.empty()) {
    std::array<iovec, 1> const part{{{const_cast<char*>(kContinue.data()), kContinue.size()}}};
    // A socket that does not take 25 bytes now has a client that reads nothing.
    if (transport_.write(part, false).bytes != kContinue.size()) return Step::over;
  }
  state_ = State::body;
  return Step::on;
}

// Whether all of it is there.
bool Connection::take_body() {
  auto& [head, body, chunks] = *request_;
  if (!chunks) {
    auto const size = std::min<Bytes>(input_.size(), head.body_bytes - body.size());
    body.append(input_, 0, size);
    input_.erase(0, size);
    return body.size() == head.body_bytes;
  }
  std::string_view rest = input_;
  for (auto run = chunks->feed(rest); !run.empty(); run = chunks->feed(rest)) body.append(run);
  input_.erase(0, input_.size() - rest.size());
  return chunks->done();
}

Connection::~Connection() {
  if (presence_) *presence_ = false;
  let_go_of_body();
}

void Connection::let_go_of_body() {
  worker_.doorkeeper().let_go(std::exchange(held_, 0));
}

Connection::Step Connection::read_body() {
  while (true) {
    bool const whole = take_body();
    auto const more = request_->body.size() - held_;
    if (!worker_.doorkeeper().hold(more)) return refuse(kNoRoom);
    held_ += more;
    if (whole) {
      ask();
      return Step::on;
    }
    if (request_->chunks && request_->chunks->refusal()) {
      return refuse(*request_->chunks->refusal());
    }
    if (request_->body.size() > worker_.options().body_bytes_max) return refuse(kBodyTooLarge);
    auto const read = read_more();
    if (read == Read::ended) return Step::over;
    if (read == Read::none) return Step::resting;
  }
}

void Connection::ask() {
  state_ = State::asking;
  Ask ask{std::move(request_->head),
          std::move(request_->body),
          transport_.secure(),
          origin_.from,
          origin_.port,
          {},
          {},
          {}};
  if (ask.head.target.starts_with(kProofPath)) ask.at = local_end(transport_.get());
  if (ask.head.fields.has("Prefer")) ask.presence = note_presence();
  if (ask.head.minor > 0) {  // RFC 9110 §15.2
    ask.interim = [&worker = worker_, id = id_, exchange = exchange_](std::string text) {
      worker.post([&worker, id, exchange, text = std::move(text)] {
        auto* const connection = worker.find(id);
        if (connection != nullptr) connection->answer_before(exchange, text);
      });
    };
  }
  request_.reset();
  worker_.service().ask(
      std::move(ask), [&worker = worker_, id = id_, exchange = exchange_](Reply reply) {
        auto take = [&worker, id, exchange](Reply taken) {
          auto* const connection = worker.find(id);
          if (connection != nullptr) connection->answer(exchange, std::move(taken));
        };
        if (worker.in_thread()) return take(std::move(reply));
        worker.post([&worker, id, take, shared = std::make_shared<Reply>(std::move(reply))] {
          take(std::move(*shared));
          worker.wake(id);
        });
      });
}

Presence Connection::note_presence() {
  if (!presence_) presence_ = std::make_shared<std::atomic<bool>>(true);
  *presence_ = !last_;
  return presence_;
}

void Connection::answer_before(std::uint64_t exchange, std::string_view text) {
  if (exchange != exchange_ || state_ != State::asking) return;
  if (early_.size() + text.size() > kEarlyBytesMax) return;
  early_ += text;
  std::array<iovec, 1> const part{{{early_.data(), early_.size()}}};
  early_.erase(0, transport_.write(part, false).bytes);
}

void Connection::answer(std::uint64_t exchange, Reply reply) {
  if (exchange != exchange_ || state_ != State::asking) return;
  if (reply.good_for != 0 && !words_.empty() && !close_) {
    worker_.memo(transport_.secure()).keep(std::move(words_), reply);
  }
  words_ = {};
  if (!early_.empty()) reply.head.insert(0, std::exchange(early_, {}));
  let_go_of_body();
  sender_ = std::make_unique<Sender>(std::move(reply));
  waits_at_.reset();
  state_ = State::sending;
  moved_ = 0;
  touch();
}

Connection::Step Connection::refuse(Refusal const& refusal) {
  close_ = true;
  state_ = State::asking;
  answer(exchange_, worker_.service().refuse(refusal));
  return Step::on;
}

Connection::Step Connection::send() {
  auto const step = sender_->run(transport_, worker_.options().turn_bytes);
  if (sender_->moved() != moved_) touch();
  moved_ = sender_->moved();
  switch (step) {
    case Sender::Step::done:
      return after_answer();
    case Sender::Step::turn:
      return Step::turn;
    case Sender::Step::blocked:
      return Step::resting;
    case Sender::Step::waiting:
      touch();  // It is the origin that is slow.
      if (waits_at_ == sender_->at()) return Step::resting;
      waits_at_ = sender_->at();
      sender_->body().wait_for(*waits_at_, [&worker = worker_, id = id_] { worker.wake(id); });
      return Step::resting;
    case Sender::Step::broken:
      return Step::over;
  }
  return Step::over;
}

Connection::Step Connection::after_answer() {
  close_ = close_ || sender_->closes();
  sender_.reset();
  state_ = State::head;
  if (!close_) return ended_ && input_.empty() ? Step::over : Step::on;
  // Closed at once, what the client still sends would take the answer away from it.
  transport_.shut_down();
  state_ = State::draining;
  moved_ = 0;
  return Step::on;
}

Connection::Step Connection::drain() {
  while (moved_ < kDrainBytesMax) {
    input_.clear();
    auto const read = read_more();
    if (read == Read::ended) return Step::over;
    if (read == Read::none) return Step::resting;
    moved_ += input_.size();
  }
  return Step::over;
}

bool Connection::overdue() {
  auto const& options = worker_.options();
  auto const idle = worker_.now() - touched_;
  switch (state_) {
    case State::head:
      if (!reader_.began()) return idle > seconds(options.idle_timeout);
      return worker_.now() - began_ > seconds(options.head_timeout);
    case State::body:
    case State::sending:
      return idle > seconds(options.stall_timeout);
    case State::draining:
      return idle > 2;
    case State::asking:
      return false;
  }
  return false;
}

}  // namespace freshet::node
