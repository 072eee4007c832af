#include "api/remote/stream_link.h"

#include <array>

namespace freshet::remote {

namespace {

using std::chrono::steady_clock;

// The daemon says something at least every 15 seconds.
constexpr std::chrono::seconds kSilenceMax{60};
constexpr std::chrono::seconds kSendMax{5};

}  // namespace

void StreamLink::want(bool wanted) {
  if (wanted == wanted_) return;
  wanted_ = wanted;
  backoff_.reset();
  again_ = steady_clock::now();
  if (!wanted) {
    socket_ = Socket();
    answer_.reset();
    events_.reset();
  }
}

std::optional<Deadline> StreamLink::due() const {
  if (!wanted_) return std::nullopt;
  return socket_ ? silent_ : again_;
}

void StreamLink::look(bool readable) {
  if (!wanted_) return;
  if (!socket_ && steady_clock::now() >= again_) connect();
  if (!socket_) return;
  if (readable) return read();
  if (steady_clock::now() >= silent_) end();
}

void StreamLink::connect() {
  auto socket = Socket::connect(path_);
  auto const sent = socket ? socket->send(uses_.request(), {}, steady_clock::now() + kSendMax)
                           : Result<void>(tl::unexpected(socket.error()));
  if (!sent) {
    again_ = steady_clock::now() + backoff_.next();
    return;
  }
  socket_ = std::move(*socket);
  answer_.emplace(kEventBytesMax);
  events_.emplace(kEventBytesMax);
  silent_ = steady_clock::now() + kSilenceMax;
}

void StreamLink::read() {
  std::array<char, 64 * 1024> buffer;
  silent_ = steady_clock::now() + kSilenceMax;
  auto const got = socket_.receive(buffer, steady_clock::now());
  if (!got && got.error().code == Errc::timed_out) return;  // Nothing was there after all.
  if (!got || *got == 0 || !take({buffer.data(), *got}) || restart_) end();
}

bool StreamLink::take(std::string_view bytes) {
  if (auto const used = answer_->feed(bytes); !used) return false;
  if (!answer_->head()) return true;
  if (answer_->head()->status != 200) return false;
  auto const body = answer_->take_body();
  if (!body.empty()) backoff_.reset();
  return events_->feed(body, uses_.on_event).has_value();
}

void StreamLink::end() {
  bool const begun = answer_ && answer_->head() && answer_->head()->status == 200;
  socket_ = Socket();
  answer_.reset();
  events_.reset();
  restart_ = false;
  again_ = steady_clock::now() + backoff_.next();
  if (begun) uses_.on_end();
}

}  // namespace freshet::remote
