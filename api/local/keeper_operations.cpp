// The node: what its cache holds, may hold and is to forget. For the operator alone.
#include "api/local/operations.h"
#include "api/local/values.h"

namespace freshet::local::operations {

namespace {

// `act(node)`, which gives an answer.
template <typename Act>
Result<Answer> on_node(Context& context, Call const& call, Act act) {
  if (auto allowed = check_operator(context, call.caller); !allowed) {
    return tl::unexpected(allowed.error());
  }
  auto* const node = context.node;
  if (node == nullptr) {
    return fail(Errc::not_supported, "node", "this daemon is no node: [node] does not enable it");
  }
  return act(*node);
}

template <typename T, typename Act>
Result<Answer> on_node_with(Context& context, Call const& call, Act act) {
  return on_node(context, call, [&](NodeKeeper& node) -> Result<Answer> {
    auto const body = wire::read<T>(call.body);
    if (!body) return tl::unexpected(body.error());
    return act(node, *body);
  });
}

Result<std::string> in_query(Call const& call, std::string const& name) {
  auto const found = call.query.find(name);
  if (found == call.query.end() || found->second.empty()) {
    return fail(Errc::invalid_argument, "?" + name, "is missing");
  }
  return found->second;
}

Result<Answer> keys_answer(Result<wire::NodeKeys> const& keys) {
  if (!keys) return tl::unexpected(keys.error());
  return json_answer(wire::write(*keys));
}

Result<std::size_t> purge_by(NodeKeeper& node, wire::PurgeRequest const& request) {
  auto const given = (request.url ? 1 : 0) + (request.prefix ? 1 : 0) + (request.content ? 1 : 0);
  if (given != 1) {
    return fail(Errc::invalid_argument, "purge", "needs one of url, prefix and content");
  }
  if (request.url) return node.purge(*request.url);
  if (request.prefix) return node.purge_prefix(*request.prefix);
  return node.purge_content(*request.content);
}

}  // namespace

Result<Answer> show_node(Context& context, Call& call) {
  return on_node(context, call, [](NodeKeeper& node) -> Result<Answer> {
    return json_answer(wire::write(node.show()));
  });
}

Result<Answer> show_node_keys(Context& context, Call& call) {
  return on_node(context, call, [](NodeKeeper& node) { return keys_answer(node.keys()); });
}

Result<Answer> rotate_node_key(Context& context, Call& call) {
  return on_node(context, call, [](NodeKeeper& node) { return keys_answer(node.rotate_key()); });
}

Result<Answer> retire_node_key(Context& context, Call& call) {
  return on_node(context, call, [](NodeKeeper& node) { return keys_answer(node.retire_key()); });
}

Result<Answer> list_allowed(Context& context, Call& call) {
  return on_node(context, call, [](NodeKeeper& node) -> Result<Answer> {
    return json_answer(wire::write(wire::AllowedOrigins{node.allowed()}));
  });
}

Result<Answer> allow_origin(Context& context, Call& call) {
  return on_node_with<wire::PatternRequest>(
      context, call,
      [](NodeKeeper& node, auto const& request) { return done(node.allow(request.pattern)); });
}

Result<Answer> disallow_origin(Context& context, Call& call) {
  return on_node(context, call, [&](NodeKeeper& node) -> Result<Answer> {
    auto const pattern = in_query(call, "pattern");
    if (!pattern) return tl::unexpected(pattern.error());
    return done(node.disallow(*pattern));
  });
}

Result<Answer> list_pins(Context& context, Call& call) {
  return on_node(context, call, [](NodeKeeper& node) -> Result<Answer> {
    return json_answer(wire::write(wire::Pins{node.pins()}));
  });
}

Result<Answer> pin_url(Context& context, Call& call) {
  return on_node_with<wire::UrlRequest>(context, call, [](NodeKeeper& node, auto const& request) {
    return done(node.pin(request.url));
  });
}

Result<Answer> unpin_url(Context& context, Call& call) {
  return on_node(context, call, [&](NodeKeeper& node) -> Result<Answer> {
    auto const url = in_query(call, "url");
    if (!url) return tl::unexpected(url.error());
    return done(node.unpin(*url));
  });
}

Result<Answer> warm_urls(Context& context, Call& call) {
  return on_node_with<wire::UrlsRequest>(context, call, [](NodeKeeper& node, auto const& request) {
    return done(node.warm(request.urls));
  });
}

Result<Answer> purge_urls(Context& context, Call& call) {
  return on_node_with<wire::PurgeRequest>(
      context, call, [](NodeKeeper& node, auto const& request) -> Result<Answer> {
        auto const purged = purge_by(node, request);
        if (!purged) return tl::unexpected(purged.error());
        return json_answer(wire::write(wire::PurgedUrls{*purged}));
      });
}

}  // namespace freshet::local::operations
