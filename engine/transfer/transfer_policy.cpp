// What policies say of a transfer's sources: in which order they are asked, and how fast.
#include <algorithm>
#include <utility>

#include "engine/base/url.h"
#include "engine/transfer/transfer.h"

namespace freshet {

namespace {

// Jobs count theirs from below.
constexpr LimitId kForegroundLimit{~0ULL};
constexpr LimitId kBackgroundLimit{~0ULL - 1};

// Connected Cache's convention: the origin's name goes with the request.
std::string cache_url(Url const& url, std::string const& host) {
  std::string query = url.query ? *url.query + "&" : std::string();
  return "http://" + host + url.path + "?" + query + "cacheHostOrigin=" + url.authority();
}

}  // namespace

// What they send has to be judged by something that is not theirs. They get no credentials.
void Transfer::add_cache_hosts() {
  auto const& hosts = host_.policy().cache_hosts;
  if (caches_added_ || hosts.empty() || !verifiable() || wishes_.all().empty()) return;
  auto const& wish = first_wish();
  auto const url =
      wish.file.urls.empty() ? fail(Errc::no_source) : parse_url(wish.file.urls.front());
  if (!url || url->scheme == "file" || !url->userinfo.empty()) return;
  caches_added_ = true;
  for (auto const& host : hosts) {
    Wish bare;
    bare.connections = wish.connections;
    auto const before = sources_.all().size();
    add_source(cache_url(*url, host), bare);
    if (sources_.all().size() > before) sources_.all().back().cache_host = true;
  }
}

// Peers first, then one cache host, then the origin; each only as long as the policy says.
void Transfer::hold_sources() {
  add_cache_hosts();  // They may have been found meanwhile.
  auto const& kind = host_.policy().of(priority());
  bool const peers = swarm_spool_ != SpoolId::none && host_.policy().peers;
  auto const caches_from = peers ? started_ + kind.origin_delay : started_;
  auto const patience_ends = caches_from + kind.cache_delay;
  Source* cache = nullptr;
  bool any_cache = false;
  for (auto& source : sources_.all()) {
    if (!source.cache_host) continue;
    any_cache = true;
    if (source.gone()) continue;
    // One that has failed is tried again only while the origin has to wait.
    if (source.failures > 0 && now() >= patience_ends) continue;
    if (cache == nullptr || source.failures < cache->failures) cache = &source;
  }
  bool const works = cache != nullptr && cache->failures == 0;
  auto const origin_from = works ? TimePoint::max() : any_cache ? patience_ends : caches_from;
  if (origin_from > now() && origin_from != TimePoint::max() && !std::exchange(held_told_, true)) {
    auto const wait = std::chrono::duration_cast<std::chrono::seconds>(origin_from - now());
    why_.note(now(), WhyCode::source_held, sources_.all().front().id,
              std::string("by policy ") + (peers ? "peers" : "cache hosts") +
                  " alone may bring it for " + std::to_string(wait.count()) + " s");
  }
  for (auto& source : sources_.all()) {
    bool const other_cache = source.cache_host && &source != cache;
    source.held_until = other_cache         ? TimePoint::max()
                        : source.cache_host ? caches_from
                                            : origin_from;
  }
}

FetchLimit Transfer::limit_now() const {
  auto const job = wishes_.limit();
  auto const best = priority();
  auto const limit = host_.policy().of(best).limit;
  if (limit.value == 0) return job;
  bool const job_has_less =
      job.id != LimitId::none && job.rate.value > 0 && job.rate.value < limit.value;
  if (job_has_less) return job;
  return {best == Priority::foreground ? kForegroundLimit : kBackgroundLimit, limit};
}

std::uint32_t Transfer::cache_connections() const {
  std::uint32_t open = 0;
  for (auto const& source : sources_.all()) open += source.cache_host ? source.open : 0;
  return open;
}

}  // namespace freshet
