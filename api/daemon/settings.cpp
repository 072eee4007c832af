#include "api/daemon/settings.h"

#include <unistd.h>

#include <CLI/CLI.hpp>

#include <cstdio>
#include <cstdlib>
#include <map>

#include "api/cli/settings.h"
#include "api/daemon/grammar.h"
#include "engine/policy/policy_table.h"

namespace freshet::daemon {

namespace {

constexpr unsigned kModeOfAll = 0666;  // Everyone has jobs of his own.
constexpr unsigned kModeOfOne = 0600;

std::string environment(char const* name) {
  auto const* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool is_root() {
  return ::geteuid() == 0;
}

// Where policy wants contents; empty: it does not say.
std::string cache_drive(Policy const& file, Options const& options) {
  auto policy = file;
  for (auto const& [name, value] : options.policies) {
    static_cast<void>(set_policy_text(policy, name, value));  // The engine refuses what is wrong.
  }
  return policy.cache_drive.value_or(std::string());
}

Result<std::string> data_directory(std::string const& given, std::string const& by_policy) {
  if (!given.empty()) return cli::absolute(given);
  if (!by_policy.empty()) return by_policy;
  auto const by_systemd = environment("STATE_DIRECTORY");
  if (by_systemd.starts_with('/')) return by_systemd;
  if (is_root()) return std::string("/var/lib/freshet");
  return cli::default_data_dir();
}

std::string socket_path(std::string const& given, std::string const& data) {
  if (!given.empty()) return cli::absolute(given);
  for (auto const* const name : {"RUNTIME_DIRECTORY", "XDG_RUNTIME_DIR"}) {
    auto const directory = environment(name);
    if (!directory.starts_with('/')) continue;
    bool const ours = std::string_view(name) == "RUNTIME_DIRECTORY";
    return directory + (ours ? "" : "/freshet") + "/freshetd.sock";
  }
  return is_root() ? "/run/freshet/freshetd.sock" : data + "/freshetd.sock";
}

Result<unsigned> socket_mode(std::string const& given) {
  if (given.empty()) return is_root() ? kModeOfAll : kModeOfOne;
  char* end = nullptr;
  auto const mode = std::strtoul(given.c_str(), &end, 8);
  if (*end == '\0' && mode <= 0777) return static_cast<unsigned>(mode);
  return fail(Errc::invalid_argument, "--socket-mode " + given, "is no mode, as 0660");
}

Result<void> finish(Words const& words, Policy const& file, DaemonSettings& settings) {
  static std::map<std::string, LogSeverity> const levels{{"error", LogSeverity::error},
                                                         {"warn", LogSeverity::warn},
                                                         {"info", LogSeverity::info},
                                                         {"debug", LogSeverity::debug}};
  auto const mode = socket_mode(words.socket_mode);
  if (!mode) return tl::unexpected(mode.error());
  auto peers = cli::plan_peers(words.peers);
  if (!peers) return tl::unexpected(peers.error());
  if (auto planned = cli::plan_policies(words.policies, settings.options); !planned) return planned;
  auto data = data_directory(words.data, cache_drive(file, settings.options));
  if (!data) return tl::unexpected(data.error());
  settings.options.data_dir = std::move(*data);
  settings.options.peers = std::move(*peers);
  settings.options.download_limit = {words.download_limit};
  settings.socket = socket_path(words.socket, settings.options.data_dir);
  settings.socket_mode = *mode;
  settings.log_level = levels.at(words.log_level);
  return {};
}

// The command line, and what the file says beside it.
Result<DaemonSettings> with_file(std::vector<std::string> given, Grammar const& line) {
  Options where;
  if (auto planned = cli::plan_policies(line.words.policies, where); !planned) {
    return tl::unexpected(planned.error());
  }
  auto const file = read_policy_file(where.policy_file);
  bool const absent = !file && file.error().code == Errc::not_found && !where.policy_file_required;
  if (!file && !absent) return tl::unexpected(file.error());
  if (file) {
    auto const words = words_of(file->daemon, line, where.policy_file);
    if (!words) return tl::unexpected(words.error());
    given.insert(given.end(), words->begin(), words->end());
  }
  Grammar all;
  all.parse(std::move(given));  // Every word has been parsed before.
  if (auto finished = finish(all.words, file ? file->policy : Policy{}, all.settings); !finished) {
    return tl::unexpected(finished.error());
  }
  return std::move(all.settings);
}

}  // namespace

Parsed parse_settings(int count, char const* const* words) {
  std::vector<std::string> const given(words + 1, words + count);
  Parsed parsed;
  Grammar line;
  try {
    line.parse(given);
  } catch (CLI::ParseError const& error) {
    parsed.exit_code = line.app->exit(error) == 0 ? 0 : 2;
    return parsed;
  }
  if (line.words.version) {
    static_cast<void>(std::puts("freshetd " FRESHET_VERSION));
    return parsed;
  }
  auto settings = with_file(given, line);
  if (!settings) {
    static_cast<void>(std::fputs((describe(settings.error()) + "\n").c_str(), stderr));
    parsed.exit_code = 2;
    return parsed;
  }
  parsed.settings = std::move(*settings);
  parsed.run = true;
  return parsed;
}

}  // namespace freshet::daemon
