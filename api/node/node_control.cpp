#include "api/node/node_control.h"

#include <algorithm>

#include "api/node/node.h"

namespace freshet::node {

namespace {

// In the one spelling that the cache knows a URL by.
Result<std::string> spelled(std::string const& url) {
  bool const all_below = url.ends_with('*');
  auto const parsed = parse_url(all_below ? url.substr(0, url.size() - 1) : url);
  if (!parsed) return tl::unexpected(parsed.error());
  return to_string(*parsed) + (all_below ? "*" : "");
}

}  // namespace

wire::NodeShown NodeControl::show() {
  auto const& desk = *node_.desk_;
  auto const& counters = desk.counters();
  auto const [sums, fills] =
      node_.on_desk([&] { return std::pair(node_.desk_->index().sums(), node_.desk_->fills()); });
  auto const keys = node_.site_->keys();
  return {.ports = node_.server_->ports(),
          .key = keys ? to_base64(keys->current.public_key()) : "",
          .connections = node_.server_->connections(),
          .objects = sums.objects,
          .bytes = sums.bytes,
          .bytes_max = node_.settings_.limits.cache,
          .fetches = fills,
          .requests = counters.requests,
          .hits = counters.hits,
          .joined = counters.joined,
          .misses = counters.misses,
          .validated = counters.validated,
          .passed = counters.passed,
          .refused = counters.refused,
          .stale = counters.stale,
          .sent_bytes = counters.sent_bytes,
          .hit_bytes = counters.hit_bytes,
          .upstream_bytes = counters.upstream_bytes,
          .upstream_requests = counters.upstream_requests,
          .upstream_failures = counters.upstream_failures,
          .fellow_bytes = counters.fellow_bytes};
}

Result<wire::NodeKeys> NodeControl::keys() {
  auto const keys = node_.site_->keys();
  if (!keys) return fail(Errc::not_supported, "node", "it signs nothing: sign of [node] is off");
  return wire::NodeKeys{to_base64(keys->current.public_key()),
                        keys->previous ? to_base64(keys->previous->public_key()) : ""};
}

Result<wire::NodeKeys> NodeControl::change_keys(Result<SiteKeys> (*change)(std::string const&)) {
  if (auto const signs = keys(); !signs) return signs;
  // One change at a time.
  auto const changed = node_.on_desk([&]() -> Result<void> {
    auto made = change(node_.ports_.directory);
    if (!made) return tl::unexpected(made.error());
    node_.site_->set_keys(std::move(*made));
    return {};
  });
  if (!changed) return tl::unexpected(changed.error());
  return keys();
}

Result<wire::NodeKeys> NodeControl::rotate_key() {
  return change_keys(rotate_site_keys);
}

Result<wire::NodeKeys> NodeControl::retire_key() {
  return change_keys(retire_site_key);
}

std::vector<std::string> NodeControl::pins() {
  return node_.on_desk([&] {
    auto all = node_.settings_.pins;
    all.insert(all.end(), node_.pins_.begin(), node_.pins_.end());
    return all;
  });
}

Result<void> NodeControl::pin(std::string const& url) {
  auto const spelling = spelled(url);
  if (!spelling) return tl::unexpected(spelling.error());
  return node_.on_desk([&]() -> Result<void> {
    if (std::ranges::find(node_.pins_, *spelling) == node_.pins_.end()) {
      node_.pins_.push_back(*spelling);
    }
    return node_.save_pins();
  });
}

Result<void> NodeControl::unpin(std::string const& url) {
  auto const spelling = spelled(url);
  if (!spelling) return tl::unexpected(spelling.error());
  return node_.on_desk([&]() -> Result<void> {
    if (std::erase(node_.pins_, *spelling) == 0) {
      return fail(Errc::not_found, url, "is not pinned, or by the settings");
    }
    return node_.save_pins();
  });
}

Result<void> NodeControl::warm(std::vector<std::string> const& urls) {
  for (auto const& url : urls) {
    if (auto const parsed = parse_url(url); !parsed) return tl::unexpected(parsed.error());
  }
  node_.warm(urls);
  return {};
}

Result<std::size_t> NodeControl::purge(std::string const& url) {
  auto const spelling = spelled(url);
  if (!spelling) return tl::unexpected(spelling.error());
  return node_.on_desk([&]() -> Result<std::size_t> {
    auto const there = node_.desk_->index().find(*spelling);
    if (!there) return tl::unexpected(there.error());
    node_.desk_->forget(*spelling);
    return there->empty() ? 0 : 1;
  });
}

Result<std::size_t> NodeControl::purge_prefix(std::string const& prefix) {
  auto const spelling = spelled(prefix);
  if (!spelling) return tl::unexpected(spelling.error());
  return node_.on_desk([&] {
    return node_.desk_->index().purge_prefix(
        *spelling, [&](std::string const& url) { node_.desk_->forget(url); });
  });
}

Result<std::size_t> NodeControl::purge_content(ContentId const& content) {
  return node_.on_desk([&]() -> Result<std::size_t> {
    auto const urls = node_.desk_->index().urls_of(content);
    if (!urls) return tl::unexpected(urls.error());
    for (auto const& url : *urls) node_.desk_->forget(url);
    return urls->size();
  });
}

std::vector<std::string> NodeControl::allowed() {
  std::vector<std::string> patterns;
  auto const ways = node_.desk_->ways();
  for (auto const& pattern : ways->allow.patterns()) patterns.push_back(to_string(pattern));
  return patterns;
}

Result<void> NodeControl::allow(std::string const& pattern) {
  auto const parsed = parse_allow_pattern(pattern);
  if (!parsed) return tl::unexpected(parsed.error());
  return node_.on_desk([&]() -> Result<void> {
    auto ways = *node_.desk_->ways();
    std::vector<AllowPattern> patterns(ways.allow.patterns().begin(), ways.allow.patterns().end());
    if (std::ranges::find(patterns, *parsed) == patterns.end()) patterns.push_back(*parsed);
    ways.allow = AllowList(std::move(patterns));
    node_.desk_->set_ways(std::move(ways));
    return {};
  });
}

Result<void> NodeControl::disallow(std::string const& pattern) {
  auto const parsed = parse_allow_pattern(pattern);
  if (!parsed) return tl::unexpected(parsed.error());
  return node_.on_desk([&]() -> Result<void> {
    auto ways = *node_.desk_->ways();
    std::vector<AllowPattern> patterns(ways.allow.patterns().begin(), ways.allow.patterns().end());
    if (std::erase(patterns, *parsed) == 0) return fail(Errc::not_found, pattern, "is not allowed");
    ways.allow = AllowList(std::move(patterns));
    node_.desk_->set_ways(std::move(ways));
    return {};
  });
}

}  // namespace freshet::node
