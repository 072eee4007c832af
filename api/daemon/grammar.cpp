#include "api/daemon/grammar.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>

namespace freshet::daemon {

namespace {

// What says where the file is, or of policies, which have a section of their own.
constexpr std::array<std::string_view, 4> kNotInFile{"--help", "--version", "--policy-file",
                                                     "--policy"};

constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

std::string option_of(FileSetting const& setting) {
  auto option = "--" + setting.name;
  std::ranges::replace(option, '_', '-');
  return option;
}

std::vector<std::string> words_of(FileSetting const& setting) {
  std::vector<std::string> words;
  for (auto const& value : setting.values) words.push_back(option_of(setting) + "=" + value);
  return words;
}

// What is wrong with it; empty: nothing.
std::string mistake_in(FileSetting const& setting) {
  auto const option = option_of(setting);
  Grammar alone;
  bool const there = std::ranges::find(kNotInFile, option) == kNotInFile.end() &&
                     alone.app->get_option_no_throw(option) != nullptr;
  if (!there) return "[daemon] has no " + setting.name;
  try {
    alone.parse(words_of(setting));
  } catch (CLI::ParseError const& error) {
    return setting.name + ": " + error.what();
  }
  return {};
}

}  // namespace

Grammar::Grammar()
    : app(std::make_unique<CLI::App>("freshetd fetches files for everyone on this machine.")) {
  auto& options = settings.options;
  app->add_flag("--version", words.version, "Tell the version");
  app->add_option("--data", words.data, "Where jobs and their bytes are kept");
  app->add_option("--socket", words.socket, "The Unix socket callers connect to");
  app->add_option("--socket-mode", words.socket_mode, "Its rights, as 0660");
  app->add_option("--tcp", settings.tcp,
                  "ADDRESS:PORT of loopback to listen on too; callers show the token");
  app->add_option("--price-per-gb", settings.price_per_gb,
                  "What 10^9 bytes from the origin cost; the page tells what was saved")
      ->check(CLI::NonNegativeNumber);
  app->add_option("--currency", settings.currency, "Of that price: three letters, as EUR")
      ->check([](std::string const& text) {
        bool const three = text.size() == 3 && text.find_first_not_of(kLetters) == text.npos;
        return three ? std::string() : "is no code of a currency, as EUR: " + text;
      });
  app->add_option("--log", words.log_level, "error, warn, info or debug")
      ->check(CLI::IsMember({"error", "warn", "info", "debug"}));
  app->add_option("--workers", options.workers, "Threads that hash and touch the disk");
  app->add_option("--download-limit", words.download_limit,
                  "Bytes a second of all jobs together; 0: none");
  app->add_option("--connections", options.connections_per_source_max,
                  "To one source, at the same time");
  app->add_option("--cache", options.cache_bytes_max, "Bytes of contents that no job needs");
  app->add_option("--files-active", options.files_active_max, "Of all jobs, at the same time");
  app->add_option("--trusted-key", options.trusted_keys,
                  "A public key of minisign, or a file of them; may be repeated")
      ->expected(1)
      ->take_all();
  app->add_flag("--signatures-required", options.signatures_required,
                "Refuse manifests that no trusted key signed");
  cli::add_peer_options(*app, words.peers);
  cli::add_policy_options(*app, words.policies);
}

Grammar::~Grammar() = default;

void Grammar::parse(std::vector<std::string> given) {
  std::ranges::reverse(given);  // As the parser takes them.
  app->parse(std::move(given));
}

Result<std::vector<std::string>> words_of(std::vector<FileSetting> const& settings,
                                          Grammar const& parsed, std::string const& path) {
  std::vector<std::string> words;
  std::string mistakes;
  for (auto const& setting : settings) {
    if (auto const mistake = mistake_in(setting); !mistake.empty()) {
      mistakes += mistakes.empty() ? "" : "; ";
      mistakes += "line " + std::to_string(setting.line) + ": " + mistake;
    } else if (parsed.app->count(option_of(setting)) == 0) {
      for (auto& word : words_of(setting)) words.push_back(std::move(word));
    }
  }
  if (mistakes.empty()) return words;
  return fail(Errc::invalid_argument, path, std::move(mistakes));
}

}  // namespace freshet::daemon
