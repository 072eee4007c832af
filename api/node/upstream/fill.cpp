#include "api/node/upstream/fill.h"

#include <algorithm>
#include <utility>

#include "engine/content/geometry.h"
#include "engine/origin/content_range.h"

namespace freshet::node {

namespace {

constexpr std::uint32_t kFailuresMax = 4;
constexpr Duration kRetryDelay = std::chrono::milliseconds{250};
constexpr std::uint64_t kBegun = 0;  // The stream that came from elsewhere.
constexpr Bytes kBlock = 16_KiB;
// More than the regions of all streams that are not full yet, so that none waits for another. So
// far clients may be ahead of what a process that is killed leaves behind.
constexpr Bytes kStoredMemoryMax = 6_MiB;
constexpr Bytes kMemoryMax = 64_MiB;  // Of what stays in memory, which is small by itself.

bool may_come_right(Errc code) {
  return is_transient(code) || code == Errc::connection_lost || code == Errc::length_mismatch;
}

}  // namespace

Fill::Fill(Ports ports, Spec spec) : ports_(ports), spec_(std::move(spec)) {
  if (spec_.ranges && spec_.length) plan_.emplace(*spec_.length, spec_.present, RangePlanOptions{});
}

void Fill::start(std::optional<Begun> begun) {
  if (begun) {
    Stream const stream{begun->range, begun->exchange, begun->arrival};
    if (plan_) plan_->started(begun->range);
    streams_[kBegun] = stream;
    aim(stream);
  }
  go_on();
}

void Fill::aim(Stream const& stream) {
  auto const room = [&upstream = ports_.upstream, exchange = stream.exchange] {
    upstream.resume(exchange);
  };
  Arrival::Target target{
      .body = spec_.body,
      .stream = nullptr,
      .begin = stream.range.begin,
      .end = stream.range.end,
      .memory_max = spec_.spool == SpoolId::none ? kMemoryMax : kStoredMemoryMax};
  if (spec_.spool != SpoolId::none) {
    target.stream = ports_.gate.open(spec_.spool, spec_.source, stream.range.begin, room);
  }
  stream.arrival->aim(std::move(target));
  ports_.upstream.resume(stream.exchange);
}

void Fill::go_on() {
  if (over_) return;
  if (!plan_) {
    if (streams_.empty()) end({});
    return;
  }
  if (plan_->complete()) return end({});
  if (timer_ != TimerId::none) return;
  for (auto range = plan_->next(); range; range = plan_->next()) open(*range);
}

void Fill::open(ByteRange range) {
  auto const id = ++last_stream_;
  auto const self = weak_from_this();
  auto& desk = ports_.desk;
  auto on_desk = [self, &desk](auto act) {
    desk.post([self, act = std::move(act)] {
      if (auto const fill = self.lock(); fill && !fill->over_) act(*fill);
    });
  };
  Arrival::Events events{
      .on_head =
          [id, on_desk](ResponseHead head) {
            on_desk([id, head = std::move(head)](Fill& fill) { fill.on_head(id, head); });
          },
      .on_end =
          [id, on_desk](Result<void> how, Bytes next) {
            on_desk([id, how = std::move(how), next](Fill& fill) { fill.on_end(id, how, next); });
          },
      .on_bytes =
          [on_bytes = spec_.on_bytes, again = again_](Bytes count) {
            if (on_bytes) on_bytes(count, again);
          }};
  auto request = spec_.request(range, again_);
  auto const arrival = std::make_shared<Arrival>(request.method, std::move(events));
  streams_[id] = {range, ports_.upstream.start(std::move(request), arrival), arrival, again_};
}

Result<void> Fill::check(ResponseHead const& head, ByteRange range) const {
  if (head.status == 200 || head.status == 412) {
    return fail(Errc::content_changed, {}, "the origin has another content now");
  }
  if (head.status >= 500) return fail(Errc::http_server_error, {}, std::to_string(head.status));
  if (head.status != 206) return fail(Errc::http_client_error, {}, std::to_string(head.status));
  auto const said = parse_content_range(head.fields.first("content-range").value_or(""));
  if (!said || said->range != range || (said->length && said->length != spec_.length)) {
    return fail(Errc::range_mismatch, {}, "the origin sends another range than it was asked for");
  }
  auto const etag = head.fields.first("etag").value_or("");
  auto const modified = head.fields.first("last-modified").value_or("");
  bool const same =
      (etag.empty() || etag == spec_.etag) &&
      (modified.empty() || spec_.last_modified.empty() || modified == spec_.last_modified);
  if (!same) return fail(Errc::content_changed, {}, "the origin has another content now");
  return {};
}

void Fill::on_head(StreamId id, ResponseHead const& head) {
  auto const found = streams_.find(id);
  if (found == streams_.end()) return;
  if (auto const right = check(head, found->second.range); !right) {
    found->second.arrival->drop();
    ports_.upstream.cancel(found->second.exchange);
    return on_end(id, right, found->second.range.begin);
  }
  aim(found->second);
}

void Fill::on_begun_end(Result<void> how, Bytes next) {
  if (!over_) on_end(kBegun, std::move(how), next);
}

void Fill::on_end(StreamId id, Result<void> how, Bytes next) {
  auto const found = streams_.find(id);
  if (found == streams_.end()) return;
  auto const range = found->second.range;
  bool const elsewhere = spec_.elsewhere && !found->second.again;
  streams_.erase(found);
  if (!plan_) return end(std::move(how));
  // What did not fill a block is dropped by the gate, and comes again.
  auto const reached = how ? range.end : std::max(range.begin, next / kBlock * kBlock);
  if (!how) spec_.body->give_up({reached, range.end});
  plan_->ended(range, reached);
  if (reached > range.begin) failures_ = 0;
  if (!how) return try_again(how.error(), elsewhere);
  go_on();
}

void Fill::try_again(Error const& error, bool elsewhere) {
  again_ = true;
  if (!elsewhere && (!may_come_right(error.code) || ++failures_ > kFailuresMax)) {
    return end(tl::unexpected(error));
  }
  if (timer_ != TimerId::none) return;
  auto const delay = kRetryDelay * (1U << failures_);
  timer_ = ports_.desk.at(ports_.clock.now() + delay, [self = weak_from_this()] {
    auto const fill = self.lock();
    if (!fill) return;
    fill->timer_ = TimerId::none;
    fill->go_on();
  });
}

void Fill::want(Bytes at) {
  if (over_ || !plan_) return;
  // What is judged piece by piece is of use from the beginning of its piece on.
  if (spec_.body->judged()) at -= at % piece_length_for(*spec_.length);
  plan_->want(at);
  go_on();
}

void Fill::resume() {
  for (auto const& [id, stream] : streams_) ports_.upstream.resume(stream.exchange);
}

void Fill::stop() {
  over_ = true;
  ports_.desk.cancel(timer_);
  for (auto const& [id, stream] : streams_) {
    stream.arrival->drop();
    ports_.upstream.cancel(stream.exchange);
  }
  streams_.clear();
}

void Fill::end(Result<void> how) {
  if (over_) return;
  auto const self = shared_from_this();  // The listener may let go of it.
  stop();
  spec_.on_end(std::move(how));
}

}  // namespace freshet::node
