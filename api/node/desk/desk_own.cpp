// The node's own pages, and the manifests of what it stores.
#include <utility>

#include "api/node/desk/desk.h"
#include "api/node/http/prefer.h"
#include "engine/content/torrent_file.h"

namespace freshet::node {

void Desk::show_own(RequestPtr const& request) {
  auto const& head = request->ask.head;
  if (head.method != "GET" && head.method != "HEAD") {
    return say(*request, {405, "", "this node's own documents can only be read"}, Outcome::none);
  }
  if (ports_.site == nullptr)
    return say(*request, {404, "", "this node has no such document"}, Outcome::none);
  auto const host = head.fields.first("Host").value_or("localhost");
  Site::Visitor visitor;
  visitor.base = (request->ask.secure ? "https://" : "http://") + std::string(host);
  auto const reached = parse_url(visitor.base);
  visitor.at = request->ask.at;
  visitor.patience = {preferred_wait(head.fields), request->ask.presence};
  visitor.by.from = parse_address(request->ask.from).value_or(IpAddress{});
  visitor.by.at = reached ? parse_address(reached->host).value_or(IpAddress{}) : IpAddress{};
  ports_.site->ask(request->route.url, visitor, [this, request](OwnDocument const& document) {
    give(*request, document_reply(*request, document), Outcome::none);
  });
}

std::optional<std::string> Desk::manifest_of(ContentId const& content) const {
  auto torrent = index_.manifest_of(content);
  return torrent ? std::move(*torrent) : std::nullopt;
}

std::optional<std::string> Desk::manifest_of(std::string const& url) const {
  auto const records = index_.find(url);
  if (!records) return std::nullopt;
  for (auto const& record : *records) {
    if (record.complete && record.content) return manifest_of(*record.content);
  }
  return std::nullopt;
}

// Before anybody is told where it is.
void Desk::keep_manifest(Sealed const& sealed) {
  if (!sealed.manifest) return;
  auto torrent = write_torrent(*sealed.manifest, {});
  auto const kept = torrent ? index_.keep_manifest(sealed.content, std::move(*torrent))
                            : Result<void>(tl::unexpected(torrent.error()));
  if (kept) return;
  ports_.log.write(LogLevel::warn, "manifest not kept", {{"why", describe(kept.error())}});
}

}  // namespace freshet::node
