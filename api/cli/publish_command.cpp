// freshet publish FILE --url URL
#include <CLI/CLI.hpp>

#include <memory>

#include <nlohmann/json.hpp>

#include "api/cli/commands.h"
#include "api/cli/exit_code.h"
#include "api/cli/text.h"
#include "api/cli/wakeups.h"
#include "api/client/system_clock.h"
#include "api/publish.h"
#include "api/small_file.h"

namespace freshet::cli {

namespace {

constexpr std::size_t kKeyBytesMax = 4096;

struct PublishRequest {
  std::string file;
  std::vector<std::string> urls;
  std::vector<std::string> trackers;
  std::string key;
  std::string out;
};

Result<std::optional<SecretKey>> read_key(std::string const& path) {
  if (path.empty()) return std::nullopt;
  auto const text = read_small_file(path, kKeyBytesMax);
  if (!text) return tl::unexpected(text.error());
  auto const* const password = std::getenv("FRESHET_KEY_PASSWORD");
  auto key = SecretKey::parse(*text, password == nullptr ? "" : password);
  if (!key) return tl::unexpected(Error{key.error().code, path, key.error().why});
  return std::optional(std::move(*key));
}

void show(Console& console, Published const& published) {
  if (console.json()) {
    console.record(nlohmann::json{{"event", "published"},
                                  {"content", to_string(published.content)},
                                  {"info_hash", to_hex(published.info_hash)},
                                  {"magnet", published.magnet},
                                  {"torrent", published.torrent},
                                  {"signature", published.signature}});
    return;
  }
  console.result(published.torrent);
  if (!published.signature.empty()) console.result(published.signature);
  console.note("content " + to_string(published.content));
  console.note(published.magnet);
}

int run(Settings const& settings, PublishRequest const& request) {
  Wakeups wakeups;
  Console console(settings.console);
  auto const key = read_key(request.key);
  if (!key) return console.error(key.error());
  PublishSpec spec;
  spec.file = request.file;
  spec.urls = request.urls;
  spec.trackers = request.trackers;
  spec.out = request.out;
  spec.key = *key ? &**key : nullptr;
  spec.now = SystemClock().wall();
  int signal = 0;
  auto const published = publish(spec, [&](Bytes done, Bytes total) {
    if (console.terminal()) {
      console.status("Hashing  " + size_text(done) + " of " + size_text(total));
    }
    signal = wakeups.next(std::chrono::milliseconds{0}).signal;
    return signal == 0;
  });
  if (!published && signal != 0) return kStopped + signal;
  if (!published) return console.error(published.error());
  show(console, *published);
  return kDone;
}

}  // namespace

void add_publish(CLI::App& app, Settings& settings) {
  auto* const command =
      app.add_subcommand("publish", "Write the manifest (.torrent) of a file, and sign it");
  auto const request = std::make_shared<PublishRequest>();  // Ends with the parser's callback.
  command->add_option("FILE", request->file, "The file")->required();
  command->add_option("--url", request->urls, "Where it can be fetched; may be repeated")
      ->expected(1)
      ->take_all()
      ->required();
  command->add_option("--tracker", request->trackers, "A tracker's URL; may be repeated")
      ->expected(1)
      ->take_all();
  command->add_option("--sign", request->key,
                      "A minisign secret key; its password, if any, is in FRESHET_KEY_PASSWORD");
  command->add_option("-o,--output", request->out, "The .torrent (default: FILE.torrent)");
  add_shared_options(*command, settings);
  command->callback([&settings, request] {
    settings.run = [&settings, request] { return run(settings, *request); };
  });
}

}  // namespace freshet::cli
