// The side of a transfer that knows a SHA-256 of the whole, and asks peers which content that is.
#include <algorithm>
#include <utility>

#include "engine/transfer/transfer.h"

namespace freshet {

namespace {

// Peers have so long to name the content before a transfer without any source fails, and the origin
// so long to say its length before what peers say of it counts.
constexpr Duration kSearchTime = std::chrono::seconds{3};
constexpr Duration kOriginTime = std::chrono::seconds{1};
// What is there by then is not worth making sockets for.
constexpr Duration kAskAfter = std::chrono::milliseconds{100};
// Who lies again and again costs a transfer no more than this.
constexpr std::uint32_t kLiesMax = 2;
// How often peers hear how far we are, and how often it is judged how far they are.
constexpr Duration kTellInterval = std::chrono::milliseconds{250};
// The first bytes come from buffers, and before others have begun.
constexpr Duration kMeasureTime = std::chrono::seconds{1};

}  // namespace

// While nothing else names the content's pieces, and the whole is wanted: the digest proves nothing
// of parts.
bool Transfer::may_ask() const {
  if (host_.ports().swarm == nullptr || !host_.policy().peers || !first_wish().peers) return false;
  bool const unnamed = believed_ || (!identity_.manifest && !expected_);
  bool const needs = identity_.sha256 && whole_decides_ && unnamed;
  bool const large = length_.value_or(~Bytes{0}) >= host_.policy().peer_bytes_min;
  bool const runs =
      phase_ == Phase::probing || phase_ == Phase::opening || phase_ == Phase::fetching;
  return needs && large && runs && lies_ < kLiesMax;
}

void Transfer::ask_peers() {
  if (!may_ask()) return stop_asking();
  auto const fails = [](Source const& source) { return source.failures > 0 || source.gone(); };
  bool const due = now() >= started_ + kAskAfter || std::ranges::any_of(sources_.all(), fails);
  if (!asked_ && !due) return;
  if (!asked_) asked_since_ = now();
  asked_ = identity_.sha256;
  host_.meet(*asked_, own_word(), *this);
}

// Peers that fetch the same are to know how far we are.
DigestWord Transfer::own_word() {
  DigestWord word;
  auto const before = std::exchange(told_at_, {});
  if (phase_ != Phase::fetching || !planner_->opened() || waits_ahead_ || believed_) return word;
  word.kind = DigestWord::Kind::fetches;
  word.length = *length_;
  word.done = planner_->remaining()->delivered().size();
  if (before != TimePoint{} && word.done >= told_done_) {
    own_rate_.add(word.done - told_done_, now() - before);
    own_time_ += now() - before;
  }
  told_done_ = word.done;
  told_at_ = now();
  word.rate = BytesPerSecond{static_cast<std::uint64_t>(own_rate_.value())};
  return word;
}

void Transfer::tell_progress() {
  if (!asked_) {
    ask_peers();
    tell_about_peers();
  }
  if (!asked_ || phase_ != Phase::fetching || now() < told_at_ + kTellInterval) return;
  ask_peers();
}

// Nothing that comes in parts can be verified before one of us has the whole. So one of those who
// fetch it goes first, as long as that is quicker for the others too.
void Transfer::leave_origin_to_who_is_ahead() {
  bool const parts = !believed_ && phase_ == Phase::fetching && planner_->opened() &&
                     !in_one_stream_ && sources_.all().front().ranges;
  auto const done = parts ? planner_->remaining()->delivered().size() : 0;
  auto const ahead =
      asked_ && parts ? told_.ahead_of({host_.ports().swarm->key(), done}, now()) : std::nullopt;
  bool const quick = priority() == Priority::foreground;
  bool const waits = ahead && ahead->word.length == length_ && own_time_ >= kMeasureTime &&
                     wait_ahead_.waits(ahead->word, {done, own_rate_.value()},
                                       quick ? kQuickPatience : kEconomyPatience, now());
  bool const begins = waits && !waits_ahead_;
  waits_ahead_ = waits;
  if (!waits) return;
  for (auto& source : sources_.all()) {
    if (!source.cache_host) source.held_until = now() + kTellInterval;
  }
  if (!begins) return;
  why_.note(now(), WhyCode::peer_fetches, ahead->peer,
            ahead->address + " is ahead of us: the origin is left to it for a while");
  carry_out(planner_->stop());
  ask_peers();
}

void Transfer::stop_asking() {
  if (asked_) host_.part(*std::exchange(asked_, std::nullopt), *this);
}

bool Transfer::waits_for_word() const {
  return asked_ && now() < asked_since_ + kSearchTime;
}

void Transfer::wake_to_ask() {
  if (asked_ || !may_ask()) return;
  auto const when = started_ + kAskAfter;
  wake_ = std::min(wake_.value_or(when), when);
  host_.wake_at(*wake_);
}

void Transfer::wake_for_word() {
  wake_ = asked_since_ + kSearchTime;
  host_.wake_at(*wake_);
}

void Transfer::on_word(PeerInfo const& peer, DigestWord const& word) {
  if (told_.hear(peer, word, now())) {
    why_.note(now(), WhyCode::digest_told, peer.id,
              peer.address + " says that it is " + to_string(word.content));
  }
  advance_soon();
}

void Transfer::on_word_gone(SourceId peer) {
  told_.forget(peer);
}

void Transfer::consider_told() {
  if (!asked_ || believed_) return;
  while (auto const content = told_.best()) {
    if (phase_ == Phase::probing) return open_as_told(*content);
    if (phase_ != Phase::fetching || !planner_->opened() || planner_->complete()) return;
    bool const fits = content->length == length_ &&
                      planner_->remaining()->geometry().piece_length == piece_length_for(*length_);
    if (fits && believe_told(*content)) break;
    refute(*content, "it has another length than what the origin sends");
  }
  if (believed_) join_swarm();
}

bool Transfer::believe_told(ContentId const& content) {
  auto const believed = believe({Trust::computed, "peers", content, {}, content.length});
  if (!believed || !*believed) return false;
  believed_ = content;
  return true;
}

// The origin says nothing. Until then its word on the length is waited for: what peers say of it
// would reserve as much of the disk.
void Transfer::open_as_told(ContentId const& content) {
  bool const silent = now() >= started_ + kOriginTime;
  auto const fails = [](Source const& source) { return source.failures > 0 || source.gone(); };
  if (!silent && !std::ranges::all_of(sources_.all(), fails)) return;
  if (!believe_told(content)) return refute(content, "it contradicts what is known");
  carry_out(planner_->stop());
  open_fresh(content.length);
}

// Peers give nothing of what they named, and nobody else is left: perhaps others named the right
// one.
bool Transfer::turn_to_others() {
  if (!believed_ || told_.liars(*believed_).empty()) return false;
  drop_provisional();
  return true;
}

// Whether it was a lie only the whole tells: the origin may be the one who is wrong.
void Transfer::refute(ContentId content, std::string why) {
  why_.note(now(), WhyCode::digest_lie, "content " + to_string(content) + ": " + std::move(why));
  told_.refute(content);
  if (believed_ != content) return;
  ++lies_;
  believed_.reset();
  expected_.reset();
  provisional_ = false;
  std::erase_if(claims_, [&](IdentityClaim const& claim) { return claim.content == content; });
  leave_swarm(spool_);
  if (planner_) planner_->leave_crowd();
}

// The store was not told of it: what is there stays.
void Transfer::give_up_told() {
  refute(*believed_, "the origin's bytes are others");
  ask_peers();
  advance();
}

// Of all that it verified by the layer the digest is another: nobody but who named it can have
// lied.
void Transfer::convict_namers(std::vector<SourceId> const& namers) {
  for (auto const peer : namers) {
    Error why{Errc::digest_mismatch, {}, "named a content that does not have the SHA-256"};
    ban(peer, {.why = std::move(why), .bytes = {}, .expected = *identity_.sha256, .got = {}});
  }
}

// The digest of the whole is right: everything that peers said is judged by it, and from now on we
// are one of those who know.
void Transfer::settle_told(Sealed const& sealed) {
  convict_namers(told_.liars(sealed.content));
  if (believed_ && *believed_ != sealed.content) leave_swarm(spool_);
  provisional_ = false;
  auto* const swarm = host_.ports().swarm;
  bool const wanted = swarm != nullptr && host_.policy().peers && first_wish().peers &&
                      sealed.content.length >= host_.policy().peer_bytes_min && sealed.manifest;
  if (!wanted) return;
  SwarmSpec spec;
  spec.spool = spool_;
  spec.content = sealed.content;
  spec.manifest = sealed.manifest;
  spec.upload_only = true;
  spec.sha256 = sealed.sha256;
  // Whoever looks for it is met already; else it waits for somebody to keep it.
  if (!asked_ && swarm_spool_ == SpoolId::none) return host_.on_proven(std::move(spec));
  PieceMap all(sealed.manifest->pieces());
  all.set(pieces(0, all.size()));
  swarm->join(std::move(spec), all);
  swarm_spool_ = spool_;
}

}  // namespace freshet
