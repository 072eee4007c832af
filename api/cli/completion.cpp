#include "api/cli/completion.h"

namespace freshet::cli {

namespace {

// In single quotes, as all three shells have them.
std::string in_quotes(std::string_view text) {
  std::string made = "'";
  for (char const c : text) {
    if (c == '\'') {
      made += "'\\''";
    } else {
      made += c;
    }
  }
  return made + "'";
}

std::string key_of(CommandText const& command) {
  return joined(command.path, ' ');
}

std::vector<std::string> words_of(CommandText const& command) {
  auto words = command.verbs;
  for (auto const& option : command.options) {
    words.insert(words.end(), option.names.begin(), option.names.end());
  }
  return words;
}

// The commands that go before others, as patterns of `case`.
std::string paths_pattern(std::vector<CommandText> const& commands) {
  std::string pattern;
  for (std::size_t i = 1; i < commands.size(); ++i) {
    pattern += (pattern.empty() ? "" : "|") + in_quotes(key_of(commands[i]));
  }
  return pattern;
}

std::string bash_script(std::vector<CommandText> const& commands) {
  std::string text =
      "# Completion of freshet for bash: source it, or install it as \"freshet\".\n"
      "_freshet() {\n"
      "  local path=freshet words= i\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    case \"$path ${COMP_WORDS[i]}\" in\n"
      "      " +
      paths_pattern(commands) +
      ") path=\"$path ${COMP_WORDS[i]}\" ;;\n"
      "    esac\n"
      "  done\n"
      "  case \"$path\" in\n";
  for (auto const& command : commands) {
    text += "    " + in_quotes(key_of(command)) +
            ") words=" + in_quotes(joined(words_of(command), ' ')) + " ;;\n";
  }
  return text +
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
         "}\n"
         "complete -o default -F _freshet freshet\n";
}

// "name:what it is", with colons in the name kept apart.
std::string zsh_entry(std::string_view name, std::string_view about) {
  return in_quotes(std::string(name) + ":" + std::string(about));
}

std::string about_of(std::vector<CommandText> const& commands, CommandText const& above,
                     std::string const& verb) {
  for (auto const& command : commands) {
    if (key_of(command) == key_of(above) + " " + verb) return command.about;
  }
  return {};
}

std::string zsh_script(std::vector<CommandText> const& commands) {
  std::string text =
      "#compdef freshet\n"
      "# Completion of freshet for zsh: install it as \"_freshet\" in a directory of fpath.\n"
      "_freshet() {\n"
      "  local path_=freshet i\n"
      "  local -a entries\n"
      "  for ((i = 2; i < CURRENT; i++)); do\n"
      "    case \"$path_ ${words[i]}\" in\n"
      "      (" +
      paths_pattern(commands) +
      ") path_=\"$path_ ${words[i]}\" ;;\n"
      "    esac\n"
      "  done\n"
      "  case \"$path_\" in\n";
  for (auto const& command : commands) {
    text += "    (" + in_quotes(key_of(command)) + ") entries=(";
    for (auto const& verb : command.verbs) {
      text += " " + zsh_entry(verb, about_of(commands, command, verb));
    }
    for (auto const& option : command.options) {
      for (auto const& name : option.names) text += " " + zsh_entry(name, option.about);
    }
    text += " ) ;;\n";
  }
  return text +
         "  esac\n"
         "  _describe freshet entries || _files\n"
         "}\n"
         "_freshet \"$@\"\n";
}

std::string fish_option(std::string const& name) {
  bool const is_long = name.starts_with("--");
  return is_long ? "-l " + name.substr(2) : "-s " + name.substr(1);
}

std::string fish_script(std::vector<CommandText> const& commands) {
  std::string text =
      "# Completion of freshet for fish: install it as \"freshet.fish\".\n"
      "function __freshet_at\n"
      "  set -l path freshet\n"
      "  for word in (commandline -opc)[2..-1]\n"
      "    switch \"$path $word\"\n"
      "      case";
  for (std::size_t i = 1; i < commands.size(); ++i) text += " " + in_quotes(key_of(commands[i]));
  text +=
      "\n"
      "        set path \"$path $word\"\n"
      "    end\n"
      "  end\n"
      "  test \"$path\" = \"$argv\"\n"
      "end\n";
  for (auto const& command : commands) {
    auto const begin = "complete -c freshet -n " + in_quotes("__freshet_at " + key_of(command));
    for (auto const& verb : command.verbs) {
      text +=
          begin + " -f -a " + verb + " -d " + in_quotes(about_of(commands, command, verb)) + "\n";
    }
    for (auto const& option : command.options) {
      if (option.names.empty()) continue;
      text += begin;
      for (auto const& name : option.names) text += " " + fish_option(name);
      text += (option.value.empty() ? "" : " -r") + std::string(" -d ") + in_quotes(option.about);
      text += "\n";
    }
  }
  return text;
}

}  // namespace

std::optional<std::string> completion_script(std::string_view shell,
                                             std::vector<CommandText> const& commands) {
  if (shell == "bash") return bash_script(commands);
  if (shell == "zsh") return zsh_script(commands);
  if (shell == "fish") return fish_script(commands);
  return std::nullopt;
}

}  // namespace freshet::cli
