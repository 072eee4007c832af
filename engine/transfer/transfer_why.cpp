// What a transfer tells of itself: why it has no peers, what it waits for, how near the bound it
// came, and its record as a whole (docs/why.md).
#include <algorithm>
#include <utility>

#include "engine/transfer/transfer.h"
#include "engine/transfer/why_advice.h"

namespace freshet {

namespace {

constexpr Duration kMovingFor = std::chrono::milliseconds{500};  // After its last byte.
// Both sides may connect at once, and one of the two connections ends.
constexpr Duration kRefusalSettles = std::chrono::seconds{1};
constexpr std::uint32_t kRefusalsToldMax = 16;
constexpr std::size_t kRefusalsHeldMax = 64;
constexpr double kNearLimit = 0.7;

std::uint64_t milliseconds(Duration span) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(span).count());
}

std::uint64_t milliseconds(Bytes bytes, BytesPerSecond rate) {
  return static_cast<std::uint64_t>(static_cast<double>(bytes) * 1000 /
                                    static_cast<double>(rate.value));
}

std::string_view in_words(WhyCode code) {
  switch (code) {
    case WhyCode::peers_off:
      return "no mode with peers is set";
    case WhyCode::peers_not_wanted:
      return "the job wants it from the origin alone";
    case WhyCode::peers_need_identity:
      return "nothing that is trusted names the content: peers cannot be asked for it";
    case WhyCode::content_too_small:
      return "finding peers for so little takes longer than fetching it";
    case WhyCode::other_pieces:
      return "its pieces have another size than those that peers exchange: publish it anew for "
             "them";
    default:
      return "peers are looked for";
  }
}

WhyCode code_of_refusal(Error const& why) {
  switch (why.code) {
    case Errc::group_mismatch:
      return WhyCode::peer_not_of_group;
    case Errc::timed_out:
    case Errc::connect_failed:
      return WhyCode::peer_unreachable;
    case Errc::policy_refused:
      return why.where == kNotLocal ? WhyCode::peer_not_local : WhyCode::peer_refused;
    default:
      return WhyCode::peer_refused;
  }
}

std::string_view state_of(Source const& source, TimePoint now) {
  if (source.banned) return "banned";
  if (source.left) return "left";
  if (source.admission == Admission::refused) return "refused";
  if (source.not_before > now) return "waiting";
  if (source.held_until > now && source.received == 0) return "held";
  return source.received > 0 || source.open > 0 ? "used" : "unused";
}

}  // namespace

void Transfer::tell_about_peers() {
  if (phase_ != Phase::fetching || !planner_->opened() || planner_->complete()) return;
  if (!asked_ && may_ask()) return;  // In a moment.
  auto const code = swarm_spool_ != SpoolId::none || asked_
                        ? WhyCode::peers_searched
                        : why_no_peers().value_or(WhyCode::peers_need_identity);
  if (std::exchange(peers_told_, code) != code) why_.note(now(), code, std::string(in_words(code)));
}

void Transfer::tell_policy() {
  if (swarm_spool_ == SpoolId::none) return;
  auto const& policy = host_.policy();
  auto const& why = policy.peers ? policy.serving_why : policy.peers_why;
  if (std::exchange(policy_told_, why) == why || why.empty()) return;
  why_.note(now(), policy.peers ? WhyCode::serving_forbidden : WhyCode::peers_forbidden, why);
}

void Transfer::on_peer_refused(std::string const& address, Error const& why) {
  if (phase_ == Phase::ended || refusals_.size() >= kRefusalsHeldMax) return;
  tell_refusals(now() - kRefusalSettles);
  ++host_.counters().peers_refused;
  refusals_.push_back({address, why, now()});
}

void Transfer::tell_refusals(TimePoint until) {
  std::erase_if(refusals_, [&](Refusal const& refusal) {
    if (refusal.heard > until) return false;
    bool const is_peer = peer_notes_.knows(refusal.address);
    if (is_peer || !peer_notes_.refused(refusal.address, refusal.why)) return true;
    if (refusals_told_++ >= kRefusalsToldMax) return true;
    why_.note(now(), code_of_refusal(refusal.why), SourceId::none,
              refusal.address + ": " + refusal.why.why, refusal.why.code);
    return true;
  });
}

// What only the end tells.
void Transfer::sum_up() {
  if (std::exchange(summed_up_, true)) return;
  tell_refusals(now());
  bool const searched = peers_told_ == WhyCode::peers_searched;
  // Bytes of a peer can overtake the word of who it is.
  if (searched && peer_notes_.count_seen() == 0 && from_peers_ == 0) {
    auto const seconds = std::chrono::duration_cast<std::chrono::seconds>(now() - started_).count();
    why_.note(now(), WhyCode::no_peer_found,
              "nobody who has it was found within " + std::to_string(seconds) + " s");
  }
  auto const own = limit_now().rate;
  auto const all = host_.limit();
  auto const limit = own.value == 0 || (all.value > 0 && all.value < own.value) ? all : own;
  auto const best = sources_.traffic().best(TrafficSeries::From::origin);
  if (limit.value > 0 && static_cast<double>(best.value) > kNearLimit * double(limit.value)) {
    why_.note(now(), WhyCode::rate_limited,
              "a limit of " + std::to_string(limit.value) + " bytes a second held");
  }
}

Limiter Transfer::limiter() const {
  if (phase_ == Phase::queued) return Limiter::queue;
  if (phase_ == Phase::identifying) return Limiter::identity;
  if (phase_ != Phase::probing && phase_ != Phase::fetching) return Limiter::disk;
  auto const last = sources_.traffic().last();
  if (last && now() - *last < kMovingFor) return Limiter::moving;
  bool asked = false;
  for (auto const& fetch : planner_->fetches()) {
    if (fetch.cancelled) continue;
    if (fetch.answered) return Limiter::silence;
    asked = true;
  }
  if (asked) return Limiter::answer;
  if (waits_ahead_) return Limiter::peers;
  bool held = false;
  bool usable = false;
  for (auto const& source : sources_.all()) {
    held = held || (!source.gone() && source.held_until > now());
    usable = usable || sources_.usable(source, now());
  }
  if (swarm_spool_ != SpoolId::none && (usable || sources_.exhausted())) return Limiter::peers;
  if (usable) return Limiter::connections;
  return held ? Limiter::policy : Limiter::retry;
}

void Transfer::write_sources(JsonWriter& json) const {
  json.key("sources").begin_array();
  for (auto const& source : sources_.all()) {
    json.begin_object()
        .field("source", static_cast<std::uint64_t>(source.id))
        .field("name", source.name)
        .field("state", state_of(source, now()))
        .field("received", source.received)
        .field("useful", source.useful)
        .field("rate", static_cast<std::uint64_t>(source.rate.value()))
        .field("ranges", source.ranges);
    if (source.cache_host) json.field("cache_host", true);
    if (source.latency) json.field("latency_ms", milliseconds(*source.latency));
    if (source.error) {
      json.field("error", name(source.error->code)).field("reason", source.error->why);
    }
    json.end_object();
  }
  json.end_array();
}

// The fluid bound as far as one member can know it: what came, at the best rate that was seen.
void Transfer::write_bound(JsonWriter& json) const {
  auto const& traffic = sources_.traffic();
  auto const best = traffic.best();
  if (best.value == 0 || started_ == TimePoint{}) return;
  auto const took = milliseconds(arrived_.value_or(now()) - started_);
  auto const bound = std::max<std::uint64_t>(milliseconds(traffic.total(), best), 1);
  json.key("bound").begin_object();
  json.field("bytes", std::uint64_t{traffic.total()}).field("rate", best.value);
  json.field("ms", bound).field("took_ms", took).field("percent", took * 100 / bound);
  auto const origin = traffic.best(TrafficSeries::From::origin);
  if (origin.value > 0) {
    json.field("origin_rate", origin.value);
    json.field("origin_alone_ms", milliseconds(traffic.total(), origin));
  }
  auto const peers = traffic.best(TrafficSeries::From::peers);
  if (peers.value > 0) json.field("peer_rate", peers.value);
  if (members_most_ > 1) json.field("members", std::uint64_t{members_most_});
  json.end_object();
}

std::string Transfer::why() const {
  JsonWriter json;
  json.begin_object().field("elapsed_ms", milliseconds(now() - why_.start()));
  if (length_) json.field("length", *length_);
  if (trust_) json.field("trust", to_string(*trust_));
  if (!signer_.empty()) json.field("signer", signer_);
  json.field("from_peers", from_peers_).field("wasted", wasted_);
  write_sources(json);
  peer_notes_.write(json);
  sources_.traffic().write(json);
  piece_senders_.write(json);
  waits_.write(json, now());
  write_bound(json);
  json.key("advice").begin_array();
  for (auto const advice : advise(why_.seen())) {
    json.begin_object().field("code", name(advice)).field("text", sentence(advice)).end_object();
  }
  json.end_array();
  why_.write(json);
  json.end_object();
  return json.take();
}

}  // namespace freshet
