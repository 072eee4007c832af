#include "api/node/site/own_pages.h"

#include "api/node/discovery/proof.h"
#include "api/node/http/text.h"

namespace freshet::node {

namespace {

constexpr std::string_view kRoot = "/.well-known/freshet/";
constexpr std::string_view kSignature = ".minisig";
constexpr std::string_view kTorrent = ".torrent";

bool take_suffix(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

// "url=..." and nothing else: an ampersand in it is encoded.
std::optional<std::string> url_asked(std::optional<std::string> const& query) {
  if (!query || !query->starts_with("url=") || query->find('&') != std::string::npos) {
    return std::nullopt;
  }
  auto const text = percent_decoded(std::string_view(*query).substr(4));
  auto const url = text ? parse_url(*text) : fail(Errc::not_found);
  if (!url || url->scheme == "file" || !url->userinfo.empty()) return std::nullopt;
  return to_string(*url);
}

std::optional<OwnRequest> manifest_asked(std::string_view name, OwnRequest asked,
                                         std::optional<std::string> const& query) {
  if (name == "url") {
    auto url = url_asked(query);
    if (!url) return std::nullopt;
    asked.page = OwnPage::manifest_of_url;
    asked.url = std::move(*url);
    return asked;
  }
  constexpr std::string_view contents = "content/";
  if (!name.starts_with(contents)) return std::nullopt;
  auto const content = content_id_from_string(name.substr(contents.size()));
  if (!content) return std::nullopt;
  asked.page = OwnPage::manifest_of_content;
  asked.content = *content;
  return asked;
}

std::optional<OwnRequest> proof_asked(std::optional<std::string> const& query) {
  constexpr std::string_view kName = "nonce=";
  if (!query || !query->starts_with(kName)) return std::nullopt;
  OwnRequest asked;
  asked.page = OwnPage::proof;
  asked.query = query->substr(kName.size());
  return is_nonce(asked.query) ? std::optional(std::move(asked)) : std::nullopt;
}

}  // namespace

std::optional<OwnRequest> parse_own(Url const& asked) {
  OwnRequest request;
  auto name = std::string_view(asked.path);
  if (name == "/announce" || name == "/scrape") {
    request.page = name == "/announce" ? OwnPage::announce : OwnPage::scrape;
    request.query = asked.query.value_or("");
    return request;
  }
  if (!name.starts_with(kRoot)) return std::nullopt;
  if (name == kProofPath) return proof_asked(asked.query);
  name.remove_prefix(kRoot.size());
  if (name == "node.json") return request;
  request.signature = take_suffix(name, kSignature);
  if (take_suffix(name, kTorrent)) return manifest_asked(name, std::move(request), asked.query);
  if (name != "key.pub") return std::nullopt;
  request.page = OwnPage::key;
  return request;
}

std::string manifest_path(ContentId const& content) {
  return std::string(kRoot) + "content/" + to_string(content) + std::string(kTorrent);
}

std::string manifest_path_of_url(std::string_view url) {
  return std::string(kRoot) + "url" + std::string(kTorrent) + "?url=" + percent_encoded(url);
}

}  // namespace freshet::node
