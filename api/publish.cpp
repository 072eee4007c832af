#include "api/publish.h"

#include <chrono>
#include <filesystem>

#include "api/small_file.h"
#include "engine/base/url.h"
#include "engine/content/magnet.h"
#include "engine/content/torrent_file.h"

namespace freshet {

namespace {

Result<std::vector<std::string>> checked_urls(std::vector<std::string> const& texts) {
  std::vector<std::string> urls;
  for (auto const& text : texts) {
    auto const url = parse_url(text);
    if (!url) return fail(url.error().code, redact(text), url.error().why);
    auto const refuse = [&](std::string why) {
      return fail(Errc::invalid_argument, redact(text), std::move(why));
    };
    if (url->scheme == "file") return refuse("others cannot fetch a local file");
    if (!url->userinfo.empty()) return refuse("would publish credentials");
    // BEP 19: clients append the torrent's name to such a URL.
    if (url->path.ends_with('/')) return refuse("names a directory, not the file");
    urls.push_back(to_string(*url));
  }
  return urls;
}

// As minisign writes it.
std::string trusted_comment(PublishSpec const& spec, std::string const& torrent) {
  auto const seconds = std::chrono::floor<std::chrono::seconds>(spec.now).time_since_epoch();
  return "timestamp:" + std::to_string(seconds.count()) +
         "\tfile:" + std::filesystem::path(torrent).filename().string() + "\thashed";
}

}  // namespace

Result<Published> publish(PublishSpec const& spec, HashProgress const& progress) {
  auto const urls = checked_urls(spec.urls);
  if (!urls) return unexpected(urls.error());
  auto const manifest = hash_file(spec.file, progress);
  if (!manifest) return unexpected(manifest.error());
  auto const text = write_torrent(**manifest, *urls, spec.trackers);
  if (!text) return unexpected(text.error());
  auto const& content = (*manifest)->content;
  Published published{.content = content,
                      .info_hash = canonical_info_hash(content),
                      .magnet = magnet_link(content, *urls, spec.trackers),
                      .torrent = spec.out.empty() ? spec.file + ".torrent" : spec.out};
  if (spec.key != nullptr) {
    auto const signature =
        spec.key->sign(std::as_bytes(std::span(*text)), trusted_comment(spec, published.torrent));
    if (!signature) return unexpected(signature.error());
    published.signature = published.torrent + ".minisig";
    auto written = write_small_file(published.signature, to_text(*signature));
    if (!written) return unexpected(written.error());
  }
  auto written = write_small_file(published.torrent, *text);
  if (!written) return unexpected(written.error());
  return published;
}

}  // namespace freshet
