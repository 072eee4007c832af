#include "api/node/server/sender.h"

#include <algorithm>
#include <array>
#include <utility>

#include "api/node/http/chunks.h"

namespace freshet::node {

namespace {

constexpr Bytes kRunBytesMax = 4_MiB;
constexpr Bytes kChunkedRunBytesMax = 256_KiB;
constexpr Bytes kLongRunBytes = 256_KiB;

}  // namespace

Sender::Sender(Reply reply) : reply_(std::move(reply)), text_(std::move(reply_.head)) {}

Sender::~Sender() {
  if (reply_.done) reply_.done(sent_);
}

Bytes Sender::run_left() const {
  return run_.chunk ? run_.bytes.size() : run_.range.size();
}

bool Sender::begin_part() {
  if (part_ == reply_.parts.size()) return false;
  auto const& part = reply_.parts[part_];
  text_ += part.before;
  at_ = part.bytes.begin;
  in_part_ = true;
  return true;
}

void Sender::end_body() {
  over_ = true;
  if (reply_.chunked) text_ += last_chunk({});
  text_ += reply_.after;
}

void Sender::begin_run() {
  if (reply_.chunked) text_ += chunk_head(static_cast<std::size_t>(run_left()));
}

Sender::Next Sender::next() {
  if (!text_left()) {
    text_.clear();
    text_at_ = 0;
  }
  while (!over_) {
    if (!reply_.body || (!in_part_ && !begin_part())) {
      end_body();
      break;
    }
    auto const end = reply_.parts[part_].bytes.end;
    auto const most = std::min(end - at_, reply_.chunked ? kChunkedRunBytesMax : kRunBytesMax);
    auto const look = at_ < end ? reply_.body->look(at_, most, run_) : Body::Look::end;
    if (look == Body::Look::wait) return Next::wait;
    if (look == Body::Look::failed) return Next::failed;
    if (look == Body::Look::ready) {
      begin_run();
      return Next::ready;
    }
    // Shorter than was said: nothing that the client could take for whole.
    if (end != kToEnd && at_ < end) return Next::failed;
    in_part_ = false;
    ++part_;
  }
  return text_left() ? Next::ready : Next::over;
}

Transport::Moved Sender::move(Transport& transport) {
  std::array<iovec, 2> parts{};
  std::size_t count = 0;
  if (text_left()) parts[count++] = {text_.data() + text_at_, text_.size() - text_at_};
  if (run_.chunk) {
    auto* const bytes = const_cast<std::byte*>(run_.bytes.data());  // Only read by writev.
    parts[count++] = {bytes, run_.bytes.size()};
  }
  if (count == 0) return transport.send_file(run_.file->get(), run_.range);
  return transport.write(std::span(parts).first(count), !run_.chunk && !run_.range.empty());
}

void Sender::count(std::size_t bytes) {
  moved_ += bytes;
  auto const of_text = std::min(bytes, text_.size() - text_at_);
  text_at_ += of_text;
  bytes -= of_text;
  if (bytes == 0) return;
  at_ += bytes;
  sent_.bytes += bytes;
  if (run_.chunk) run_.bytes = run_.bytes.subspan(bytes);
  if (!run_.chunk) run_.range.begin += bytes;
  if (run_left() > 0) return;
  run_ = {};
  if (reply_.chunked) {
    text_ = "\r\n";
    text_at_ = 0;
  }
  reply_.body->forget_before(at_);
}

Sender::Step Sender::run(Transport& transport, Bytes turn_bytes) {
  auto const step = send(transport, turn_bytes);
  if (step == Step::done || step == Step::waiting) transport.fill_segments(false);
  return step;
}

Sender::Step Sender::send(Transport& transport, Bytes turn_bytes) {
  Bytes const turn_end = moved_ + turn_bytes;
  while (moved_ < turn_end) {
    if (run_left() == 0) {
      auto const next_step = next();
      if (next_step == Next::failed) return Step::broken;
      if (next_step == Next::wait && !text_left()) return Step::waiting;
      if (next_step == Next::over) {
        sent_.complete = true;
        return Step::done;
      }
    }
    bool const of_file = !run_.chunk && !transport.secure();
    if (of_file && run_left() >= kLongRunBytes) transport.fill_segments(true);
    auto const moved = move(transport);
    if (moved.step == Transport::Step::blocked) return Step::blocked;
    if (moved.step == Transport::Step::ended) return Step::broken;
    bool const partial = of_file && moved.bytes < run_left();
    count(moved.bytes);
    // A client that reads makes room page by page; sent in such bits a file costs much more.
    if (partial && !transport.has_room()) return Step::blocked;
  }
  return Step::turn;
}

}  // namespace freshet::node
