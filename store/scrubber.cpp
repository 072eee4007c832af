#include "store/scrubber.h"

#include <utility>

#include "store/codec.h"

namespace freshet::store {

namespace {

constexpr std::uint8_t kScrubVersion = 1;
constexpr Bytes kStepBytes = 1 << 20;  // Small, so that others hardly wait.

}  // namespace

std::string encode(ScrubPosition const& position) {
  Encoder out;
  out.byte(kScrubVersion);
  out.number(static_cast<std::uint64_t>(position.spool));
  out.number(to_number(position.next));
  return out.take();
}

std::optional<ScrubPosition> decode_scrub(std::string_view bytes) {
  Decoder in(bytes);
  if (!record_version(in, kScrubVersion, kScrubKey)) return std::nullopt;
  ScrubPosition position;
  position.spool = SpoolId{in.number()};
  position.next = PieceIndex{in.number32()};
  if (!in.finish(kScrubKey)) return std::nullopt;
  return position;
}

Scrubber::Scrubber(Disk& disk, KeyValue& database, Work& work, Clock& clock, ScrubEvents& events,
                   ScrubOptions options)
    : disk_(disk),
      database_(database),
      work_(work),
      clock_(clock),
      events_(events),
      options_(options) {}

Scrubber::~Scrubber() = default;

void Scrubber::start() {
  if (options_.rate.value > 0 && !stopped_) look_later();
}

void Scrubber::stop() {
  stopped_ = true;
  work_.loop().cancel(std::exchange(timer_, TimerId::none));
  if (scan_) scan_->stop();
  scan_ = nullptr;
}

void Scrubber::look_later() {
  timer_ = work_.loop().at(clock_.now() + options_.pause, [this] {
    timer_ = TimerId::none;
    look();
  });
}

void Scrubber::look() {
  auto const due =
      clock_.wall() - std::chrono::duration_cast<std::chrono::milliseconds>(options_.interval);
  auto const id = events_.next_to_scrub(due);
  if (!id) return look_later();
  events_.open_to_scrub(*id, [this, id = *id](std::shared_ptr<Spool> spool) {
    if (stopped_) return;
    if (!spool) return look_later();
    begin(std::move(spool), id);
  });
}

// What cannot be read is begun anew.
std::optional<ScrubPosition> Scrubber::position() const {
  auto const kept = database_.get(Table::meta, kScrubKey);
  if (!kept || !*kept) return std::nullopt;
  return decode_scrub(**kept);
}

void Scrubber::begin(std::shared_ptr<Spool> spool, SpoolId id) {
  auto const kept = position();
  PieceScan::Pace const pace{.rate = options_.rate, .step_bytes = kStepBytes};
  auto const from = kept && kept->spool == id ? kept->next : PieceIndex{0};
  scan_ = std::make_shared<PieceScan>(spool, disk_, work_, clock_, pace, from);
  scan_->set_on_step([this, id](PieceIndex next) { note({id, next}); });
  scan_->start([this, id, spool](Result<PieceMap> const& right) { end(id, spool, right); });
}

void Scrubber::note(ScrubPosition position) {
  work_.run_sync([this, position] {
    Batch batch;
    batch.put(Table::meta, std::string(kScrubKey), encode(position));
    // Losing it costs reading again.
    static_cast<void>(database_.write(batch, Sync::no));
  });
}

void Scrubber::end(SpoolId id, std::shared_ptr<Spool> const& spool, Result<PieceMap> const& right) {
  scan_ = nullptr;
  note({});
  events_.scrubbed(id, spool, right);
  if (!stopped_) look_later();
}

}  // namespace freshet::store
