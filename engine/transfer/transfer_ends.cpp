// How a transfer learns what is right and wrong, and how it ends.
#include <algorithm>
#include <utility>

#include "engine/transfer/transfer.h"

namespace freshet {

namespace {

// A content whose pieces are wrong this often is given up: some source lies in a way that cannot be
// pinned on it.
constexpr std::uint32_t kRejectionsMax = 1000;
constexpr std::uint32_t kSealsMax = 8;

std::string in_words(ByteRange range) {
  return "bytes " + std::to_string(range.begin) + " to " + std::to_string(range.end);
}

}  // namespace

void Transfer::on_piece_present(SpoolId spool, PieceIndex piece, SourceId sender) {
  if (spool != spool_ || phase_ == Phase::ended) return;
  if (!planner_->opened()) {
    early_.push_back(piece);
    return;
  }
  if (planner_->remaining()->present().has(piece)) return;
  planner_->on_present(piece, sender, now());
  wishes_.on_present(piece);
  if (to_number(piece) < sender_of_.size()) sender_of_[to_number(piece)] = sender;
  piece_senders_.sent(piece, sender);
  if (is_peer(sender)) {
    from_peers_ += planner_->remaining()->geometry().bytes(piece).size();
  } else if (swarm_spool_ == spool && manifest_told_) {
    // Before it is known nothing is verified; then all that is there is offered.
    host_.ports().swarm->offer(spool, piece);
  }
  if (phase_ != Phase::fetching) return;
  finish_wishes();
  // What a peer brought may be what a fetch still asks for.
  if (is_peer(sender)) advance();
}

void Transfer::on_piece_rejected(SpoolId spool, PieceIndex piece, std::vector<Blame> blame) {
  if (phase_ == Phase::ended) return;
  for (auto const& wrong : blame) {
    why_.note(now(), WhyCode::piece_rejected, wrong.who,
              in_words(wrong.range) + " are wrong, expected " + to_hex(wrong.expected) + ", got " +
                  to_hex(wrong.got));
  }
  ++host_.counters().pieces_rejected;
  auto const by_source = [](Blame const& wrong) {
    return wrong.who != SourceId::none && !is_peer(wrong.who);
  };
  if (spool == spool_ && believed_ && std::ranges::any_of(blame, by_source)) {
    return drop_provisional();
  }
  convict(blame);
  if (spool == suspect_spool_ && blame.empty() && to_number(piece) < suspect_sender_of_.size()) {
    ban(suspect_sender_of_[to_number(piece)],
        {.why = {
             Errc::piece_mismatch, {}, "sent a wrong piece " + std::to_string(to_number(piece))}});
  }
  if (spool != spool_ || !planner_->opened()) return;
  bool const was_present = planner_->remaining()->present().has(piece);
  auto const by_peer = [](Blame const& wrong) { return is_peer(wrong.who); };
  planner_->on_rejected(piece, std::ranges::any_of(blame, by_peer));
  piece_senders_.dropped(piece);
  if (was_present) wishes_.on_rejected(piece);
  wasted_ += planner_->remaining()->geometry().bytes(piece).size();
  if (++rejections_ > kRejectionsMax) {
    if (provisional_) return drop_provisional();
    return fail_all(Error{Errc::piece_mismatch, sources_.all().front().name,
                          "pieces were wrong " + std::to_string(rejections_) + " times"});
  }
  advance();
}

// One that helped to send a wrong piece is not banned for it: the right hashes tell who lied.
void Transfer::convict(std::vector<Blame> const& blame) {
  for (auto const& wrong : blame) {
    if (!wrong.certain) continue;
    Error why{Errc::piece_mismatch, {}, "sent wrong bytes, " + in_words(wrong.range)};
    ban(wrong.who, {std::move(why), wrong.range, wrong.expected, wrong.got});
  }
}

void Transfer::on_liars_proven(std::vector<Blame> const& blame) {
  if (phase_ != Phase::ended) convict(blame);
}

void Transfer::on_spool_failed(SpoolId spool, Error error) {
  if (spool != spool_ || phase_ == Phase::ended) return;
  why_.note(now(), WhyCode::store_failed, SourceId::none, error);
  fail_all(std::move(error));
}

// Its parts are neither right nor wrong before all of it is there.
bool Transfer::only_whole_counts() const {
  return whole_decides_ && (!identity_.manifest || provisional_);
}

ByteRange Transfer::ready(Bytes begin) const {
  ByteRange const nothing{begin, begin};
  if (!planner_ || !planner_->opened() || only_whole_counts()) return nothing;
  auto const& remaining = *planner_->remaining();
  auto const& geometry = remaining.geometry();
  if (begin >= geometry.length) return nothing;
  auto const absent = remaining.present().next_absent(piece_at(begin, geometry.piece_length));
  auto const end = absent ? geometry.bytes(*absent).begin : geometry.length;
  return {begin, std::max(begin, end)};
}

// Ranges end as soon as they are there, the whole when it is sealed; and ranges too, when their
// sources were mixed because the whole would tell.
void Transfer::finish_wishes() {
  bool const wait = only_whole_counts();
  for (auto const id : wishes_.running()) {
    auto* const entry = wishes_.find(id);
    if (entry == nullptr || entry->whole() || wait || entry->missing > 0) continue;
    if (!std::exchange(entry->flushing, true)) finish_ranges(id);
  }
  if (phase_ == Phase::fetching && planner_->complete() && (wait || wishes_.any_whole())) seal();
}

void Transfer::finish_ranges(WishId wish) {
  host_.ports().store.flush(while_alive([wish](Transfer& self) {
    auto* const entry = self.wishes_.find(wish);
    if (entry == nullptr || entry->ended || self.phase_ == Phase::ended) return;
    entry->flushing = false;
    // A piece may have been rejected in the meantime.
    if (entry->missing > 0) return self.advance();
    self.succeed(std::nullopt, {wish});
  }));
}

void Transfer::seal() {
  phase_ = Phase::sealing;
  wake_.reset();
  arrived_ = now();
  look_at_limiter();
  carry_out(planner_->stop());
  host_.on_sealing(*this);
  for (auto const id : wishes_.running()) {
    if (auto* const entry = wishes_.find(id)) entry->listener->on_arrived(id);
  }
  host_.ports().store.seal(spool_, while_alive([](Transfer& self, Result<Sealed> sealed) {
                             if (self.phase_ == Phase::sealing) self.on_sealed(std::move(sealed));
                           }));
}

void Transfer::on_sealed(Result<Sealed> sealed) {
  auto const alive = shared_from_this();
  if (!sealed) {
    bool const wrong = sealed.error().code == Errc::digest_mismatch ||
                       sealed.error().code == Errc::piece_mismatch ||
                       sealed.error().code == Errc::manifest_mismatch;
    if (!wrong) {
      why_.note(now(), WhyCode::store_failed, SourceId::none, sealed.error());
      return fail_all(sealed.error());
    }
    // Wrong pieces were named through events: they are fetched again.
    if (!planner_->complete() && ++seals_ < kSealsMax) {
      phase_ = Phase::fetching;
      host_.on_fetching_again(*this);
      return advance();
    }
    bool const all_judged = believed_ && identity_.manifest && planner_->complete();
    if (all_judged) convict_namers(told_.namers(*believed_));
    return on_whole_mismatch(sealed.error());
  }
  bool const proven = sealed->sha256 && sealed->sha256 == identity_.sha256;
  // The digest outranks what peers say.
  if (believed_ && proven) expected_ = sealed->content;
  if (expected_ && sealed->content != *expected_) {
    return on_whole_mismatch(Error{
        Errc::digest_mismatch,
        {},
        "the content is " + to_string(sealed->content) + ", expected " + to_string(*expected_)});
  }
  // A content that was here already was never compared with this digest.
  if (provisional_ && !proven) {
    return on_whole_mismatch(Error{Errc::digest_mismatch, {}, "the SHA-256 is another"});
  }
  why_.note(now(), WhyCode::sealed, "right and durable");
  // What peers told is settled below; what the job names, and nobody gave a layer of, is known now.
  if (!identity_.manifest && !believed_) {
    identity_.manifest = sealed->manifest;
    tell_swarm_manifest();
  }
  if (proven) settle_told(*sealed);
  if (suspect_spool_ != SpoolId::none) return name_culprits(*sealed);
  succeed(*sealed, wishes_.running());
}

// Nobody knows yet who lied. One source that sent everything did; of several each is asked alone,
// until the digest is right and tells whose pieces differ.
void Transfer::on_whole_mismatch(Error error) {
  std::vector<SourceId> senders;
  for (auto const sender : sender_of_) {
    if (sender != SourceId::none && std::ranges::find(senders, sender) == senders.end()) {
      senders.push_back(sender);
    }
  }
  why_.note(now(), WhyCode::digest_mismatch, SourceId::none, error);
  ++host_.counters().digest_mismatches;
  if (provisional_) return drop_provisional();
  // Of what an earlier run fetched the sender is not known: nobody is blamed for it.
  bool const all_known = std::ranges::find(sender_of_, SourceId::none) == sender_of_.end();
  if (senders.size() == 1 && all_known) {
    auto const* const liar = sources_.find(senders.front());
    if (liar != nullptr) error.where = liar->name;
    ban(senders.front(), {.why = error});
  } else if (suspect_spool_ == SpoolId::none && senders.size() > 1) {
    suspect_spool_ = std::exchange(spool_, SpoolId::none);
    suspect_sender_of_ = sender_of_;
  }
  if (++seals_ >= kSealsMax || !ask_next_alone()) {
    forget_attempt();
    fail_all(std::move(error));
  }
}

bool Transfer::ask_next_alone() {
  for (auto& source : sources_.all()) {
    bool const waits = only_source_ != SourceId::none && source.id != only_source_;
    if (waits && source.admission == Admission::refused) source.admission = Admission::unknown;
  }
  auto const next = std::ranges::find_if_not(sources_.all(), &Source::gone);
  if (next == sources_.all().end()) return false;
  only_source_ = next->id;
  forget_attempt();
  host_.on_fetching_again(*this);
  why_.note(now(), WhyCode::single_source, only_source_, "asked alone for everything");
  open_or_probe();
  return true;
}

void Transfer::name_culprits(Sealed const& sealed) {
  Identity right = identity_;
  right.manifest = sealed.manifest;
  host_.ports().store.identify(suspect_spool_, right,
                               while_alive([sealed](Transfer& self, Result<void>) {
                                 self.drop_spool(std::exchange(self.suspect_spool_, SpoolId::none));
                                 self.succeed(sealed, self.wishes_.running());
                               }));
}

void Transfer::succeed(std::optional<Sealed> const& sealed, std::vector<WishId> const& wishes) {
  auto const alive = shared_from_this();
  WishResult result;
  result.spool = spool_;
  result.length = *length_;
  if (sealed) result.content = sealed->content;
  if (!sealed && identity_.manifest) result.content = identity_.manifest->content;
  result.sha256 = sealed ? sealed->sha256 : std::nullopt;
  bool const by_pieces = !sealed && identity_.manifest;
  if (sealed || by_pieces) result.trust = trust_.value_or(Trust::computed);
  if (by_pieces && provisional_) result.trust = manifest_trust_;
  if (sealed || by_pieces) result.signer = signer_;
  result.modified = modified_;
  sum_up();
  if (sealed) count_delivery();
  for (auto const id : wishes) {
    auto* const entry = wishes_.find(id);
    if (entry == nullptr || entry->ended) continue;
    why_.note(now(), WhyCode::finished, "everything that was wanted is there");
    entry->ended = true;
    wishes_.note_success(*entry);
    entry->listener->on_transferred(id, result);
  }
  if (wishes_.running().empty()) end();
}

void Transfer::count_delivery() {
  auto& counters = host_.counters();
  auto const& traffic = sources_.traffic();
  counters.delivered += *length_;
  counters.transfers.add(arrived_.value_or(now()) - started_);
  if (traffic.first()) counters.answers.add(*traffic.first() - started_);
}

void Transfer::fail_wish(WishId wish, Error error) {
  auto* const entry = wishes_.find(wish);
  if (entry == nullptr || entry->ended) return;
  if (error.where.empty() && !ways_.empty()) error.where = sources_.all().front().name;
  sum_up();
  why_.note(now(), WhyCode::failed, SourceId::none, error);
  entry->ended = true;
  entry->listener->on_failed(wish, std::move(error));
  if (wishes_.running().empty()) end();
}

void Transfer::fail_all(Error error) {
  auto const alive = shared_from_this();
  if (planner_) carry_out(planner_->stop());
  auto const wishes = wishes_.running();
  for (auto const wish : wishes) fail_wish(wish, error);
  end();
}

void Transfer::end() {
  if (phase_ == Phase::ended) return;
  if (planner_) carry_out(planner_->stop());
  // Who got everything goes on sharing, until told to stop.
  bool const complete = planner_ && planner_->complete() && wishes_.succeeded();
  bool const joined = swarm_spool_ != SpoolId::none && swarm_spool_ == spool_;
  if (complete && joined) host_.on_shared(spool_);
  if (!complete) leave_swarm(spool_);
  phase_ = Phase::ended;
  stop_asking();
  waits_.stop(now());
  wake_.reset();
  ++attempt_;
  if (spool_ != SpoolId::none) host_.disown_spool(spool_);
  if (suspect_spool_ != SpoolId::none) drop_spool(std::exchange(suspect_spool_, SpoolId::none));
  host_.on_ended(*this);
}

WishProgress Transfer::progress(WishId wish) {
  WishProgress progress;
  auto const* const entry = wishes_.find(wish);
  if (entry == nullptr) return progress;
  progress.length = length_;
  progress.from_peers = from_peers_;
  progress.wasted = wasted_;
  progress.connections = static_cast<std::uint32_t>(connections());
  for (auto const& source : sources_.all()) {
    progress.from_origin += source.useful;
    if (source.cache_host) progress.from_cache_hosts += source.useful;
  }
  if (!length_ || !planner_ || !planner_->opened()) return progress;
  auto const& remaining = *planner_->remaining();
  auto const wanted = WishBook::wanted(entry->wish, *length_);
  if (!wanted) return progress;
  for (auto const range : *wanted) {
    progress.wanted += range.size();
    progress.done += identity_.manifest ? remaining.bytes_present(range)
                                        : remaining.delivered().size_within(range);
  }
  return progress;
}

}  // namespace freshet
