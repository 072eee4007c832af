// Fellow nodes, which are asked before an origin is: what they hold costs the site's uplink
// nothing.
#include <algorithm>
#include <utility>

#include "api/node/desk/desk.h"
#include "api/node/desk/upstream_head.h"
#include "api/node/site/own_pages.h"

namespace freshet::node {

namespace {

constexpr Duration kConnectTimeout = std::chrono::milliseconds{500};

}  // namespace

// Who wants it fresh from the origin gets it from there.
bool Desk::may_ask_fellows(Flight const& flight) const {
  auto const& fields = flight.leader->ask.head.fields;
  return fellows_ && !flight.validating && flight.plan.conditions.empty() &&
         !fields.has("Cache-Control") && !fields.has("Pragma");
}

void Desk::ask_fellows(FlightPtr const& flight, UpstreamRequest request) {
  fellows_->who_has(flight->key, [this, flight, request](std::optional<Fellow> const& fellow) {
    if (!fellow) return launch(flight, request);
    flight->fellow = fellow;
    launch(flight, toward_fellow(request, *fellow, flight->leader->route.url));
  });
}

// Only what it holds: the origin is ours to ask.
UpstreamRequest Desk::toward_fellow(UpstreamRequest request, Fellow const& fellow,
                                    Url const& url) const {
  request.url = fellow_url(fellow.host, url);
  request.headers.push_back({"Cache-Control", "only-if-cached"});
  request.private_addresses = true;
  request.connect_timeout = kConnectTimeout;
  return request;
}

// What it sends is the content that it signed for, and no other kind of it.
bool Desk::has_kept_word(Flight const& flight, ResponseHead const& head) const {
  auto const where = "<" + manifest_path(flight.fellow->manifest->content) + ">";
  return (head.status == 200 || head.status == 206) && head.framing == Framing::length &&
         std::ranges::any_of(head.fields, [&](Field const& field) {
           return field.value.find(where) != std::string_view::npos;
         });
}

void Desk::leave_fellow(FlightPtr const& flight) {
  abandon(flight);
  flight->fellow.reset();
  auto request = content_request(*flight->leader, settings_.name, settings_.limits.upstream_stall);
  if (flight->asked) ask_range(request, *flight->asked, {});
  launch(flight, std::move(request));
}

SignerPolicy Desk::fellow_signers() const {
  SignerPolicy policy;
  policy.required = true;
  auto const add = [&](PublicKey const& key) {
    static_cast<void>(policy.keys.add(key, to_string(key.id)));
  };
  for (auto const& text : settings_.fellow_keys) {
    if (auto const key = parse_public_key(text)) add(*key);
  }
  auto const own = ports_.site == nullptr ? nullptr : ports_.site->keys();
  if (!own) return policy;
  add(own->current.public_key());
  if (own->previous) add(own->previous->public_key());
  return policy;
}

}  // namespace freshet::node
