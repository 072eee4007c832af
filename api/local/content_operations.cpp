// Contents and peers: what concerns the whole machine.
#include "api/local/operations.h"
#include "api/local/values.h"

namespace freshet::local::operations {

namespace {

// `act(client, content)`, for operators.
template <typename Act>
Result<Answer> on_content(Context& context, Call const& call, Act act) {
  if (auto allowed = check_operator(context, call.caller); !allowed) {
    return tl::unexpected(allowed.error());
  }
  auto const content = content_of(call);
  if (!content) return tl::unexpected(content.error());
  auto client = context.client.as(call.caller);
  return act(client, *content);
}

}  // namespace

Result<Answer> list_contents(Context& context, Call& call) {
  if (auto allowed = check_operator(context, call.caller); !allowed) {
    return tl::unexpected(allowed.error());
  }
  auto contents = context.client.contents();
  if (!contents) return tl::unexpected(contents.error());
  return json_answer(wire::write(wire::ContentList{std::move(*contents)}));
}

Result<Answer> verify_content(Context& context, Call& call) {
  return on_content(context, call, [](Client& client, ContentId content) -> Result<Answer> {
    auto const wrong = client.verify(content);
    if (!wrong) return tl::unexpected(wrong.error());
    return json_answer(wire::write(wire::WrongBytes{*wrong}));
  });
}

Result<Answer> share_content(Context& context, Call& call) {
  auto const request = call.body.empty() ? Result<wire::ShareRequest>(wire::ShareRequest{})
                                         : wire::read<wire::ShareRequest>(call.body);
  if (!request) return tl::unexpected(request.error());
  return on_content(context, call, [&](Client& client, ContentId content) {
    return done(client.share(content, request->for_a_while));
  });
}

Result<Answer> unshare_content(Context& context, Call& call) {
  return on_content(context, call, [](Client& client, ContentId content) {
    return done(client.unshare(content));
  });
}

Result<Answer> pin_content(Context& context, Call& call) {
  auto const request = call.body.empty() ? Result<wire::PinRequest>(wire::PinRequest{})
                                         : wire::read<wire::PinRequest>(call.body);
  if (!request) return tl::unexpected(request.error());
  return on_content(context, call, [&](Client& client, ContentId content) {
    return done(client.pin(content, request->until));
  });
}

Result<Answer> unpin_content(Context& context, Call& call) {
  return on_content(context, call,
                    [](Client& client, ContentId content) { return done(client.unpin(content)); });
}

Result<Answer> purge_content(Context& context, Call& call) {
  return on_content(context, call, [](Client& client, ContentId content) -> Result<Answer> {
    auto const gone = client.purge(content);
    if (!gone) return tl::unexpected(gone.error());
    return json_answer(wire::write(wire::Purged{*gone}));
  });
}

Result<Answer> list_peers(Context& context, Call& call) {
  if (auto allowed = check_operator(context, call.caller); !allowed) {
    return tl::unexpected(allowed.error());
  }
  auto peers = context.client.peers();
  if (!peers) return tl::unexpected(peers.error());
  auto bans = context.client.bans();
  if (!bans) return tl::unexpected(bans.error());
  return json_answer(wire::write(wire::PeerList{std::move(*peers), std::move(*bans)}));
}

Result<Answer> show_peer_port(Context& context, Call& call) {
  if (auto allowed = check_operator(context, call.caller); !allowed) {
    return tl::unexpected(allowed.error());
  }
  auto const port = context.client.peer_port();
  if (!port) return tl::unexpected(port.error());
  return json_answer(wire::write(wire::Port{*port}));
}

}  // namespace freshet::local::operations
