#include "engine/origin/fetch_receiver.h"

#include <algorithm>
#include <utility>

#include "engine/content/link_field.h"
#include "engine/origin/http_date.h"

namespace freshet {

namespace {

constexpr Bytes kBlock = 16_KiB;
constexpr Duration kProgressInterval = std::chrono::milliseconds{100};

}  // namespace

FetchReceiver::FetchReceiver(FetchOrder order, Ways ways)
    : order_(std::move(order)),
      ways_(std::move(ways)),
      stop_(order_.end),
      position_(order_.begin),
      passed_(order_.begin),
      reported_(order_.begin) {}

// Only when there is an answer, so that orders that wait take no room in the gate.
void FetchReceiver::open_stream() {
  if (stream_ || !accepted_ || order_.spool == SpoolId::none) return;
  stream_ = ways_.gate.open(order_.spool, order_.source, order_.begin, ways_.room);
}

void FetchReceiver::attach(SpoolId spool) {
  if (order_.spool != SpoolId::none) return;
  order_.spool = spool;
  open_stream();
}

void FetchReceiver::shorten(Bytes end) {
  shortened_ = true;
  if (stop_ && *stop_ <= end) return;
  stop_ = std::max(end, order_.begin);
  if (passed_ + held_.size() > *stop_) {
    held_.resize(*stop_ > passed_ ? static_cast<std::size_t>(*stop_ - passed_) : 0);
  }
}

Error FetchReceiver::at(Errc code, std::string why) const {
  return Error{code, asked_.where, std::move(why)};
}

std::vector<HttpHeader> FetchReceiver::request_headers(WallTime now) {
  asked_ = Asked{order_.begin,           stop_, order_.expected_validator,
                 order_.expected_length, {},    ways_.skip_max};
  auto range = "bytes=" + std::to_string(order_.begin) + "-";
  if (stop_) range += std::to_string(*stop_ - 1);
  std::vector<HttpHeader> headers{{"Range", std::move(range)}};
  if (order_.expected_validator) {
    auto value = if_range_value(*order_.expected_validator, now);
    if (!value.empty()) headers.push_back({"If-Range", std::move(value)});
  }
  return headers;
}

std::optional<Bytes> FetchReceiver::size_hint() const {
  if (stop_) return *stop_ - order_.begin;
  if (order_.expected_length) return *order_.expected_length - order_.begin;
  return std::nullopt;
}

Result<void> FetchReceiver::head(AnswerHead const& answer, Arrival const& arrival) {
  asked_.where = arrival.where;
  ways_.outbox.add_answer(order_.id, {static_cast<std::uint32_t>(answer.status), answer.text,
                                      arrival.url, arrival.address});
  auto accepted = judge(asked_, answer);
  if (!accepted) return unexpected(accepted.error());
  auto head = accepted->head;
  head.final_url = arrival.url;
  head.reach = arrival.reach;
  head.tls_verified = arrival.tls_verified;
  head.latency = arrival.latency;
  if (auto const base = parse_url(arrival.url)) {
    head.manifest_urls = manifest_urls(answer.get("link"), *base);
  }
  accepted_ = std::move(*accepted);
  position_ = accepted_->begin;
  bool const everything = order_.all_without_ranges && order_.begin == 0 && !head.ranges;
  if (everything && !shortened_) stop_ = accepted_->end;
  ways_.outbox.add_head(order_.id, std::move(head));
  open_stream();
  return {};
}

Result<Receiver::Took> FetchReceiver::body(std::span<std::byte const> bytes) {
  auto const skipped =
      position_ < order_.begin ? std::min<Bytes>(order_.begin - position_, bytes.size()) : 0;
  auto useful = bytes.subspan(static_cast<std::size_t>(skipped));
  auto limit = stop_.value_or(~Bytes{0});
  if (accepted_->end) limit = std::min(limit, *accepted_->end);
  auto const from = position_ + skipped;
  auto const room = limit > from ? limit - from : 0;
  bool const clipped = useful.size() > room;
  if (clipped) useful = useful.first(static_cast<std::size_t>(room));

  if (!useful.empty()) {
    auto const took = pass(useful);
    if (!took || *took == Took::wait) return took;
  }
  position_ = from + useful.size();
  return verdict(clipped);
}

Result<Receiver::Took> FetchReceiver::verdict(bool clipped) const {
  bool const over = accepted_->end && position_ >= *accepted_->end;
  if (satisfied() && (!over || accepted_->ends_at_close)) return Took::enough;
  if (clipped) {
    return unexpected(at(Errc::length_mismatch, "the body is longer than its head said"));
  }
  return over && accepted_->ends_at_close ? Took::enough : Took::all;
}

Result<Receiver::Took> FetchReceiver::pass(std::span<std::byte const> bytes) {
  if (!stream_) {
    if (held_.size() + bytes.size() > kHeldBytesMax) return Took::wait;
    held_.insert(held_.end(), bytes.begin(), bytes.end());
    return Took::all;
  }
  auto const settled = settle();
  if (!settled || *settled == Took::wait) return settled;
  auto const taken = stream_->write(bytes);
  if (!taken) return unexpected(taken.error());
  if (*taken == GateStream::Taken::wait) return Took::wait;
  passed_ += bytes.size();
  return Took::all;
}

Result<Receiver::Took> FetchReceiver::settle() {
  bool const nothing_wanted = satisfied() && passed_ >= *stop_;
  if (held_.empty() && (stream_ || nothing_wanted)) return Took::all;
  if (!stream_) return Took::wait;
  auto const taken = stream_->write(held_);
  if (!taken) return unexpected(taken.error());
  if (*taken == GateStream::Taken::wait) return Took::wait;
  passed_ += held_.size();
  held_ = {};
  return Took::all;
}

std::optional<Bytes> FetchReceiver::rest() const {
  if (!accepted_ || !accepted_->end || accepted_->ends_at_close) return std::nullopt;
  return *accepted_->end - std::min(position_, *accepted_->end);
}

Result<void> FetchReceiver::complete() {
  if (satisfied()) return {};
  if (accepted_->end && position_ < *accepted_->end) {
    return unexpected(at(accepted_->ends_at_close ? Errc::connection_lost : Errc::length_mismatch,
                         "the body ended at byte " + std::to_string(position_) + " of " +
                             std::to_string(*accepted_->end)));
  }
  if (position_ < order_.begin) {
    return unexpected(at(Errc::invalid_range, "the content ends before the range"));
  }
  auto wanted = stop_.value_or(0);
  if (accepted_->head.length) {
    wanted = stop_ ? std::min(wanted, *accepted_->head.length) : *accepted_->head.length;
  }
  bool const partial = accepted_->head.ranges && accepted_->begin == order_.begin;
  if (partial && accepted_->end && position_ < wanted) {
    return unexpected(at(
        Errc::range_mismatch,
        "answered only up to byte " + std::to_string(position_) + " of " + std::to_string(wanted)));
  }
  return {};
}

void FetchReceiver::end(Ending ending) {
  // A stream that stops inside the content must not finish in the middle of a block, nor anywhere
  // when the length is unknown: that place would become the content's end.
  auto const known =
      accepted_ && accepted_->head.length ? accepted_->head.length : order_.expected_length;
  bool const whole = known ? passed_ == *known : !satisfied();
  bool const exact = !ending.error && (whole || (stop_ && passed_ == *stop_));
  if (stream_ && exact && (whole || known)) stream_->finish();
  stream_.reset();
  FetchEnd end{std::move(ending.error), ending.received,
               exact ? passed_ : passed_ / kBlock * kBlock, ending.retry_after};
  ways_.outbox.add_end(order_.id, std::move(end));
}

std::optional<TimePoint> FetchReceiver::report_progress(TimePoint now) {
  if (passed_ == reported_) return std::nullopt;
  if (now - reported_at_ < kProgressInterval) return reported_at_ + kProgressInterval;
  reported_ = passed_;
  reported_at_ = now;
  ways_.outbox.add_progress(order_.id, passed_);
  return std::nullopt;
}

}  // namespace freshet
