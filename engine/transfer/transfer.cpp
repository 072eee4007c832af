#include "engine/transfer/transfer.h"

#include <algorithm>
#include <utility>

#include "engine/base/url.h"
#include "engine/transfer/mixing.h"

namespace freshet {

namespace {

SourceLimits limits_of(TransferOptions const& options) {
  return {options.source_failures_max, options.backoff_min, options.backoff_max};
}

// Of a content that was left by an earlier run, which may have known less of it.
bool fits(Identity const& identity, Bytes length) {
  if (identity.manifest && identity.manifest->content.length != length) return false;
  return !identity.piece_hashes || identity.piece_hashes->length == length;
}

bool says_more(Identity const& now, Identity const& before) {
  return (now.manifest && !before.manifest) || (now.piece_hashes && !before.piece_hashes) ||
         (now.sha256 && !before.sha256);
}

}  // namespace

Transfer::Transfer(TransferHost& host, std::string key, TimePoint now)
    : host_(host),
      key_(std::move(key)),
      why_(now, host.options().why_entries_max),
      waits_(now),
      sources_(limits_of(host.options()), host.ports().random) {
  sources_.traffic().begin(now);
}

Priority Transfer::priority() const {
  auto best = Priority::low;
  for (auto const& entry : wishes_.all()) best = std::min(best, entry.wish.priority);
  return best;
}

void Transfer::join(WishId id, Wish wish, WishListener& listener) {
  for (auto const& url : wish.file.urls) add_source(url, wish);
  WishEntry entry;
  entry.id = id;
  entry.wish = std::move(wish);
  entry.listener = &listener;
  wishes_.add(std::move(entry));
  if (!planner_ || !planner_->opened()) return;
  // Late: the spool is there already, and perhaps all that is wanted.
  auto& added = wishes_.all().back();
  auto const wanted = WishBook::wanted(added.wish, *length_);
  if (!wanted) return fail_wish(id, wanted.error());
  for (auto const range : *wanted) planner_->want(range);
  wishes_.measure(added, planner_->remaining()->geometry(), planner_->remaining()->present());
  renew_preferred();
  listener.on_spool(id, spool_, *length_, validator_);
  advance();
}

void Transfer::prefer(WishId wish, std::vector<ByteRange> ranges) {
  auto* const entry = wishes_.find(wish);
  if (entry == nullptr) return;
  entry->wish.preferred = std::move(ranges);
  renew_preferred();
  advance();
}

void Transfer::renew_preferred() {
  if (!planner_) return;
  std::vector<ByteRange> all;
  for (auto const& entry : wishes_.all()) {
    if (entry.ended) continue;
    all.insert(all.end(), entry.wish.preferred.begin(), entry.wish.preferred.end());
  }
  planner_->prefer(std::move(all));
}

bool Transfer::leave(WishId wish) {
  wishes_.remove(wish);
  bool const last = wishes_.running().empty();
  if (!last) renew_limit();
  return last;
}

void Transfer::add_source(std::string const& url, Wish const& wish,
                          std::optional<Reach> named_from) {
  auto const parsed = parse_url(url);
  // A manifest may spell the job's URL in another way; asked twice, the origin would send twice.
  auto const same = [&](Way const& way) {
    if (way.origin.url == url) return true;
    auto const other = parse_url(way.origin.url);
    return parsed && other && to_string(*parsed) == to_string(*other);
  };
  if (auto const known = std::ranges::find_if(ways_, same); known != ways_.end()) {
    if (!named_from) known->origin.named_from.reset();
    return;
  }
  Source source;
  source.id = host_.next_source();
  source.name = redact(url);
  source.host = host_.budget().host(parsed ? parsed->authority() : std::string());
  source.governor =
      ConnectionGovernor(host_.options().connections_per_source_max, wish.connections);
  if (verifiable()) source.admission = Admission::admitted;
  ways_.push_back(
      {source.id,
       {url, wish.headers, wish.proxy, wish.ca_file, wish.allow_downgrade, wish.http, named_from}});
  if (!parsed) sources_.leave(source, parsed.error());
  sources_.add(std::move(source));
}

Transfer::Way const* Transfer::way(SourceId source) const {
  auto const found = std::ranges::find(ways_, source, &Way::id);
  return found == ways_.end() ? nullptr : &*found;
}

bool Transfer::verifiable() const {
  return identity_.manifest != nullptr || whole_decides_;
}

void Transfer::start() {
  started_ = now();
  auto const waited =
      std::chrono::duration_cast<std::chrono::milliseconds>(started_ - why_.start()).count();
  if (waited > 0) {
    auto const* const what = holders_.empty() ? " ms for a place" : " ms for a peer to have it";
    why_.note(now(), WhyCode::queued, "waited " + std::to_string(waited) + what);
  }
  why_.note(now(), WhyCode::started,
            std::to_string(sources_.all().size()) +
                (sources_.all().size() == 1 ? " source" : " sources"));
  find_identity();
  look_at_limiter();
}

void Transfer::open_or_probe() {
  if (expected_ && !identity_.manifest &&
      expected_->length <= piece_length_for(expected_->length) && expected_->length > 0) {
    // Of one piece the root is all there is to know.
    auto manifest =
        make_manifest(*expected_, piece_length_for(expected_->length), {expected_->root});
    if (manifest) identity_.manifest = *manifest;
  }
  if (trust_) {
    why_.note(now(), WhyCode::identity_known,
              identity_.manifest       ? "by manifest"
              : identity_.piece_hashes ? "by piece hash file"
              : expected_              ? "by content id"
                                       : "by SHA-256");
  }
  // A digest of the whole says nothing of parts: it helps when somebody wants the whole.
  bool const whole_known = identity_.piece_hashes || identity_.sha256 || expected_;
  whole_decides_ = whole_known && wishes_.any_whole();
  planner_.emplace(
      Planner::Parts{sources_, host_.budget(), host_.fetch_ids(), why_, host_.ports().random},
      PlannerOptions{});
  admit_sources();
  if (restarts_ == 0 && only_source_ == SourceId::none) {
    for (auto const& entry : wishes_.all()) {
      if (entry.wish.spool != SpoolId::none) {
        validator_ = entry.wish.validator;
        return reopen(entry.wish.spool);
      }
    }
  }
  // Where nothing will judge the bytes the first head must say whether parts belong together.
  if (expected_ && verifiable()) return open_fresh(expected_->length);
  if (identity_.piece_hashes && verifiable()) return open_fresh(identity_.piece_hashes->length);
  phase_ = Phase::probing;
  ask_peers();
  advance();
}

void Transfer::reopen(SpoolId spool) {
  phase_ = Phase::opening;
  look_at_limiter();
  host_.ports().store.reopen(spool, while_alive([](Transfer& self, Result<OpenedSpool> opened) {
                               self.on_opened(std::move(opened), true);
                             }));
}

void Transfer::open_fresh(std::optional<Bytes> length) {
  phase_ = Phase::opening;
  look_at_limiter();
  host_.ports().store.open({length, identity_},
                           while_alive([](Transfer& self, Result<OpenedSpool> opened) {
                             self.on_opened(std::move(opened), false);
                           }));
}

void Transfer::on_opened(Result<OpenedSpool> opened, bool again) {
  if (phase_ != Phase::opening) return;
  if (!opened && again && opened.error().code == Errc::not_found) {
    return start_over("what an earlier run left is gone");
  }
  if (!opened) {
    why_.note(now(), WhyCode::store_failed, SourceId::none, opened.error());
    // Peers may have said that it is larger than anything.
    if (believed_) return drop_provisional();
    return fail_all(opened.error());
  }
  if (again) {
    bool const judged = verifiable() || opened->spec.identity.manifest;
    bool const safe = judged || opened->present.all() || can_resume(validator_);
    if (!opened->spec.length || !safe) {
      drop_spool(opened->id);
      return start_over("bytes of an earlier run cannot be told from those of a changed file");
    }
    if (!fits(identity_, *opened->spec.length)) {
      drop_spool(opened->id);
      return start_over("what an earlier run left has another length");
    }
    why_.note(now(), WhyCode::resumed,
              std::to_string(opened->present.count()) + " of " +
                  std::to_string(opened->present.size()) + " pieces are there");
    if (opened->spec.identity.manifest && !identity_.manifest) {
      identity_.manifest = opened->spec.identity.manifest;
      // Who vouched for it is not remembered: where the whole has a digest, that decides.
      provisional_ = identity_.sha256.has_value() && !expected_;
      if (provisional_) static_cast<void>(believe_told(identity_.manifest->content));
    } else if (says_more(identity_, opened->spec.identity)) {
      host_.ports().store.identify(opened->id, identity_, [](Result<void>) {});
    }
  }
  use_spool(std::move(*opened));
}

void Transfer::use_spool(OpenedSpool opened) {
  phase_ = Phase::fetching;
  spool_ = opened.id;
  host_.own_spool(spool_, shared_from_this());
  bool const held =
      probe_ != FetchId::none &&
      std::ranges::find(planner_->fetches(), probe_, &OpenFetch::id) != planner_->fetches().end();
  if (held) {
    host_.ports().origin.attach(probe_, spool_);
    planner_->on_released(probe_);
  }
  if (!opened.spec.length) {
    if (!held) return start_over("the one stream broke off");
    planner_->follow_one_stream();
    tell_spool();
    return;
  }
  length_ = opened.spec.length;
  Geometry const geometry{
      *length_, opened.piece_length > 0 ? opened.piece_length : piece_length_for(*length_)};
  if (!identity_.manifest) sender_of_.assign(geometry.pieces(), SourceId::none);
  if (opened.present.all()) why_.note(now(), WhyCode::nothing_to_fetch, "everything is there");
  planner_->open(geometry, opened.present);
  piece_senders_.begin(geometry.pieces());
  renew_preferred();
  admit_sources();
  for (auto const id : wishes_.running()) {
    auto& entry = *wishes_.find(id);
    auto const wanted = WishBook::wanted(entry.wish, *length_);
    if (!wanted) {
      fail_wish(id, wanted.error());
      continue;
    }
    for (auto const range : *wanted) planner_->want(range);
    wishes_.measure(entry, geometry, opened.present);
  }
  if (std::exchange(streamed_whole_, false)) planner_->on_whole_delivered();
  tell_spool();
  ask_peers();
  join_swarm();
  take_early_manifest();
  tell_about_peers();
  advance();
}

// With an identity everyone's bytes are judged in the end. Without one only the first source's are
// taken unseen, since they are what the content is.
void Transfer::admit_sources() {
  add_cache_hosts();
  auto reference = reference_;
  if (reference == SourceId::none && !sources_.all().empty()) {
    reference = sources_.all().front().id;
  }
  for (auto& source : sources_.all()) {
    if (source.admission == Admission::refused) continue;
    bool const only = only_source_ == SourceId::none || source.id == only_source_;
    bool const known = verifiable() || (planner_ && planner_->opened() && source.id == reference);
    source.admission = !only ? Admission::refused : known ? Admission::admitted : source.admission;
    if (known && source.id == reference && !verifiable() && !source.validator) {
      source.validator = validator_;
    }
  }
}

void Transfer::tell_spool() {
  for (auto const id : wishes_.running()) {
    if (auto* const entry = wishes_.find(id)) {
      entry->listener->on_spool(id, spool_, length_.value_or(0), validator_);
    }
  }
}

void Transfer::advance() {
  if (phase_ != Phase::probing && phase_ != Phase::fetching) return;
  auto const alive = shared_from_this();
  if (phase_ == Phase::fetching && planner_->opened()) {
    finish_wishes();
    if (phase_ != Phase::fetching) return;
  }
  consider_told();
  if (phase_ != Phase::probing && phase_ != Phase::fetching) return;
  renew_limit();
  hold_sources();
  tell_progress();
  leave_origin_to_who_is_ahead();
  tell_policy();
  host_.before_plan(*this);
  auto const plan = planner_->plan(now());
  carry_out(plan);
  wake_ = plan.wake;
  if (wake_) host_.wake_at(*wake_);
  wake_to_ask();
  look_at_limiter();
  if (!planner_->stuck(now())) return;
  if (waits_for_word()) return wake_for_word();
  if (turn_to_others()) return;
  if (provisional_ && !believed_) return drop_provisional();
  if (origin_contradicts_itself()) return drop_origins_word();
  if (only_source_ == SourceId::none || !ask_next_alone()) fail_all(sources_.explain());
}

void Transfer::stop() {
  if (phase_ == Phase::ended) return;
  if (planner_) carry_out(planner_->stop());
  end();
}

void Transfer::start_over(std::string text) {
  start_over(std::move(text), Error{Errc::content_changed, sources_.all().front().name,
                                    "it changed again and again while it was fetched"});
}

void Transfer::start_over(std::string text, Error after_all) {
  why_.note(now(), WhyCode::started_over, std::move(text));
  if (++restarts_ > host_.options().restarts_max) return fail_all(std::move(after_all));
  forget_attempt();
  open_or_probe();
}

// Everything of this attempt goes, and what is still on its way to it will not find it.
void Transfer::forget_attempt() {
  if (planner_) carry_out(planner_->stop());
  if (planner_) planner_->abandon();
  ++attempt_;
  if (spool_ != SpoolId::none) drop_spool(std::exchange(spool_, SpoolId::none));
  length_.reset();
  validator_ = {};
  modified_.reset();
  reference_ = SourceId::none;
  probe_ = FetchId::none;
  early_.clear();
  sender_of_.clear();
  early_manifest_.reset();
  for (auto& source : sources_.all()) {
    source.validator.reset();
    if (source.admission == Admission::admitted) source.admission = Admission::unknown;
  }
}

void Transfer::drop_spool(SpoolId spool) {
  leave_swarm(spool);
  host_.disown_spool(spool);
  host_.ports().store.release(spool);
}

}  // namespace freshet
