#include "api/cli/settings.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <thread>

namespace freshet::cli {

namespace {

using namespace std::chrono_literals;

constexpr auto kLockWait = 5s;
constexpr auto kLockPoll = 50ms;

std::string environment(char const* name) {
  auto const* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

void log_line(LogSeverity severity, std::string_view line) {
  constexpr std::string_view names[] = {"error", "warn", "info", "debug"};
  auto const text = std::string(names[static_cast<int>(severity)]) + " " + std::string(line) + "\n";
  static_cast<void>(std::fwrite(text.data(), 1, text.size(), stderr));
}

}  // namespace

void add_shared_options(CLI::App& command, Settings& settings) {
  command.add_option("--data", settings.data_dir,
                     "Where jobs and their bytes are kept (default: $XDG_DATA_HOME/freshet or "
                     "~/.local/share/freshet)");
  command.add_flag("--connect{" + std::string(kDefaultSocket) + "}", settings.connect,
                   "Work with the daemon at this socket (--connect=SOCKET), or at the usual one");
  add_policy_options(command, settings.policies);
  command.add_flag("--json", settings.console.json, "JSON lines on standard output");
  command.add_flag("-q,--quiet", settings.console.quiet, "Say nothing but errors");
  command.add_flag("-v,--verbose", settings.verbose, "The log on standard error");
}

Result<std::string> default_data_dir() {
  auto const data_home = environment("XDG_DATA_HOME");
  if (data_home.starts_with('/')) return data_home + "/freshet";
  auto const home = environment("HOME");
  if (home.starts_with('/')) return home + "/.local/share/freshet";
  return fail(Errc::invalid_argument, "--data", "is not given, and HOME is not set");
}

namespace {

// Of the administrator, and of the user.
std::vector<std::string> key_files() {
  std::vector<std::string> files{"/etc/freshet/trusted_keys"};
  auto const config_home = environment("XDG_CONFIG_HOME");
  auto const home = environment("HOME");
  if (config_home.starts_with('/')) {
    files.push_back(config_home + "/freshet/trusted_keys");
  } else if (home.starts_with('/')) {
    files.push_back(home + "/.config/freshet/trusted_keys");
  }
  std::erase_if(files, [](std::string const& path) { return !std::filesystem::exists(path); });
  return files;
}

}  // namespace

std::string absolute(std::string const& path) {
  return std::filesystem::absolute(path).lexically_normal().string();
}

namespace {

Result<Options> engine_options(Settings const& settings, PeerOptions peers) {
  Options options;
  options.peers = std::move(peers);
  if (auto planned = plan_policies(settings.policies, options); !planned) {
    return tl::unexpected(planned.error());
  }
  if (settings.data_dir.empty()) {
    auto directory = default_data_dir();
    if (!directory) return tl::unexpected(directory.error());
    options.data_dir = std::move(*directory);
  } else {
    options.data_dir = absolute(settings.data_dir);
  }
  options.autostart = false;
  options.trusted_keys = key_files();
  if (settings.verbose) options.log = log_line;
  return options;
}

Result<Client> open_engine(Settings const& settings, Console& console, PeerOptions peers) {
  auto const options = engine_options(settings, std::move(peers));
  if (!options) return tl::unexpected(options.error());
  auto const begin = std::chrono::steady_clock::now();
  bool told = false;
  while (true) {
    auto client = Client::open(*options);
    if (client || client.error().code != Errc::store_locked) return client;
    if (std::chrono::steady_clock::now() - begin > kLockWait) return client;
    if (!std::exchange(told, true))
      console.note("Waiting for another freshet to leave " + options->data_dir);
    std::this_thread::sleep_for(kLockPoll);
  }
}

}  // namespace

Result<Client> find_daemon(Settings const& settings) {
  if (!settings.connect.empty()) {
    return Client::connect({.socket = settings.connect == kDefaultSocket ? "" : settings.connect});
  }
  if (!settings.data_dir.empty() || settings.policies != PolicyRequest{}) {
    return fail(Errc::daemon_unavailable, "daemon", "is not asked for");
  }
  return Client::connect({.connect_timeout = Duration::zero()});
}

Result<Client> open_client(Settings const& settings, Console& console, Opening opening) {
  bool const asked = !settings.connect.empty();
  if (asked && !settings.data_dir.empty()) {
    return fail(Errc::invalid_argument, "--connect, --data", "exclude each other");
  }
  if (asked && settings.policies != PolicyRequest{}) {
    return fail(Errc::invalid_argument, "--connect, --policy", "exclude each other");
  }
  if (asked && opening.own_engine) {
    return fail(Errc::invalid_argument, "--connect", "leaves the choice of peers to the daemon");
  }
  if (!opening.own_engine) {
    auto client = find_daemon(settings);
    if (asked || client || client.error().code != Errc::daemon_unavailable) return client;
  }
  return open_engine(settings, console, std::move(opening.peers));
}

}  // namespace freshet::cli
