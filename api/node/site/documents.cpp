#include "api/node/site/documents.h"

#include <span>

#include "api/node/site/own_pages.h"
#include "engine/content/digest_fields.h"
#include "engine/transfer/json_writer.h"

namespace freshet::node {

Result<std::string> sign_text(std::string_view text, SiteKeys const& keys, WallTime now) {
  // As minisign writes it.
  auto const seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  auto const comment = "timestamp:" + std::to_string(seconds) + "\tfile:content.torrent\thashed";
  std::string signatures;
  for (auto const* const key : {&keys.current, keys.previous ? &*keys.previous : nullptr}) {
    if (key == nullptr) continue;
    auto const signature = key->sign(std::as_bytes(std::span(text)), comment);
    if (!signature) return tl::unexpected(signature.error());
    signatures += to_text(*signature);
  }
  return signatures;
}

namespace {

void add_link(Fields& answer, std::string_view base, std::string const& path) {
  answer.add("Link", "<" + std::string(base) + path +
                         ">; rel=\"describedby\"; type=\"application/x-bittorrent\"");
}

}  // namespace

void describe_coming(Fields& answer, std::string_view base, std::string_view url) {
  add_link(answer, base, manifest_path_of_url(url));
}

void describe(Fields& answer, std::string_view base, ContentId const& content,
              std::optional<Digest> const& sha256) {
  add_link(answer, base, manifest_path(content));
  if (sha256 && !answer.has("Repr-Digest")) answer.add("Repr-Digest", to_digest_field(*sha256));
}

std::string about_text(AboutNode const& about) {
  JsonWriter to;
  to.begin_object();
  to.field("name", about.name).field("version", about.version);
  if (about.key) to.field("key", to_base64(*about.key)).field("key_id", to_string(about.key->id));
  if (!about.tracker.empty()) to.field("tracker", about.tracker);
  return to.end_object().take() + "\n";
}

}  // namespace freshet::node
