#include "api/cli/description.h"

#include <CLI/CLI.hpp>

namespace freshet::cli {

namespace {

std::string value_of(CLI::Option const& option) {
  if (option.get_expected_max() == 0) return {};
  auto const& type = option.get_type_name();
  return type.empty() ? "VALUE" : type;
}

OptionText text_of(CLI::Option const& option) {
  OptionText text;
  for (auto const& name : option.get_snames()) text.names.push_back("-" + name);
  for (auto const& name : option.get_lnames()) text.names.push_back("--" + name);
  text.value = text.names.empty() ? option.get_name() : value_of(option);
  text.about = option.get_description();
  text.required = option.get_required();
  return text;
}

void describe(CLI::App const& app, std::vector<std::string> path, std::vector<CommandText>& into) {
  path.push_back(app.get_name());
  CommandText command;
  command.path = path;
  command.about = app.get_description();
  for (auto const* option : app.get_options()) command.options.push_back(text_of(*option));
  auto const below = app.get_subcommands([](CLI::App const*) { return true; });
  for (auto const* verb : below) command.verbs.push_back(verb->get_name());
  into.push_back(std::move(command));
  for (auto const* verb : below) describe(*verb, path, into);
}

}  // namespace

std::vector<CommandText> describe_commands(CLI::App const& app) {
  std::vector<CommandText> commands;
  describe(app, {}, commands);
  return commands;
}

std::string joined(std::vector<std::string> const& words, char between) {
  std::string text;
  for (auto const& word : words) {
    if (!text.empty()) text += between;
    text += word;
  }
  return text;
}

}  // namespace freshet::cli
