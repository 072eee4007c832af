#include "api/doagent/settings.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "api/policy/policy_file.h"

namespace freshet::doagent {

namespace {

constexpr char const* kName = "deliveryoptimization-agent";

std::string folder(char const* variable, char const* parent) {
  auto const* const given = std::getenv(variable);
  bool const usable = given != nullptr && *given == '/';
  return usable ? std::string(given) : std::string(parent) + "/" + kName;
}

struct Grammar {
  Grammar();

  AgentSettings settings;
  std::string log_level = "info";
  std::string file = "/etc/freshet/freshet.toml";
  bool version = false;
  CLI::App app{"freshet-do-agent answers clients of Microsoft's Delivery Optimization agent."};
};

Grammar::Grammar() {
  settings.state = folder("STATE_DIRECTORY", "/var/lib");
  settings.run = folder("RUNTIME_DIRECTORY", "/run");
  settings.config = folder("CONFIGURATION_DIRECTORY", "/etc");
  app.add_flag("-v,--version,--version-extra", version, "Tell the version, as clients ask for it");
  app.add_option("--settings", file, "freshet.toml, whose section [agent] has these options too");
  app.add_option("--socket", settings.socket, "The daemon's socket");
  app.add_option("--state", settings.state, "Where downloads are remembered");
  app.add_option("--run", settings.run, "Where clients look for the port");
  app.add_option("--config", settings.config, "Where admin-config.json and sdk-config.json are");
  auto const several = [this](char const* name, std::vector<std::string>& to, char const* help) {
    app.add_option(name, to, help)->expected(1)->take_all();
  };
  several("--allow-user", settings.users, "Who may create downloads; may be repeated");
  several("--allow-group", settings.groups, "Whose members may create downloads; may be repeated");
  several("--allow-folder", settings.folders, "Where files may be put; may be repeated");
  app.add_option("--log", log_level, "error, warn, info or debug")
      ->check(CLI::IsMember({"error", "warn", "info", "debug"}));
}

// The file's words where the command line has none.
Result<std::vector<std::string>> words_of_file(Grammar const& line) {
  auto const file = read_policy_file(line.file);
  if (!file && file.error().code == Errc::not_found && line.app.count("--settings") == 0) {
    return std::vector<std::string>{};
  }
  if (!file) return tl::unexpected(file.error());
  std::vector<std::string> words;
  for (auto const& setting : file->agent) {
    auto option = "--" + setting.name;
    std::ranges::replace(option, '_', '-');
    bool const known = option != "--settings" && line.app.get_option_no_throw(option) != nullptr;
    if (!known) {
      return fail(Errc::invalid_argument, line.file,
                  "line " + std::to_string(setting.line) + ": [agent] has no " + setting.name);
    }
    if (line.app.count(option) > 0) continue;
    for (auto const& value : setting.values) words.push_back(option + "=" + value);
  }
  return words;
}

void parse(Grammar& grammar, std::vector<std::string> words) {
  std::ranges::reverse(words);  // As the parser takes them.
  grammar.app.parse(std::move(words));
}

Result<AgentSettings> finished(Grammar const& grammar) {
  static std::map<std::string, LogSeverity> const levels{{"error", LogSeverity::error},
                                                         {"warn", LogSeverity::warn},
                                                         {"info", LogSeverity::info},
                                                         {"debug", LogSeverity::debug}};
  auto settings = grammar.settings;
  settings.log_level = levels.at(grammar.log_level);
  auto paths = settings.folders;
  paths.insert(paths.end(), {settings.state, settings.run, settings.config});
  for (auto const& path : paths) {
    if (!path.starts_with('/')) return fail(Errc::path_invalid, path, "is no absolute path");
  }
  return settings;
}

}  // namespace

ParsedAgent parse_agent_settings(int count, char const* const* words) {
  std::vector<std::string> given(words + 1, words + count);
  Grammar line;
  Grammar all;
  Result<AgentSettings> settings;
  try {
    parse(line, given);
    if (line.version) {
      static_cast<void>(std::puts("freshet;freshet-do-agent/v" FRESHET_VERSION));
      return {};
    }
    auto const more = words_of_file(line);
    if (more) {
      given.insert(given.end(), more->begin(), more->end());
      parse(all, std::move(given));
    }
    settings = more ? finished(all) : Result<AgentSettings>(tl::unexpected(more.error()));
  } catch (CLI::ParseError const& error) {
    return {{}, false, line.app.exit(error) == 0 ? 0 : 2};
  }
  if (settings) return {std::move(*settings), true, 0};
  static_cast<void>(std::fputs((describe(settings.error()) + "\n").c_str(), stderr));
  return {{}, false, 2};
}

}  // namespace freshet::doagent
