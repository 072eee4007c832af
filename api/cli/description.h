// The program's commands and options as its parser has them, for what is made of them: completion
// of shells and manual pages. Plain values.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace freshet::cli {

struct OptionText {
  std::vector<std::string> names;  // "-o", "--output"; empty for a word with a place of its own.
  std::string value;               // What follows: "PATH"; empty for a flag.
  std::string about;
  bool required = false;
};

struct CommandText {
  std::vector<std::string> path;  // "freshet", "job", "list"
  std::string about;
  std::vector<OptionText> options;
  std::vector<std::string> verbs;  // Of what may follow.
};

// The program itself first, then each command before those below it.
[[nodiscard]] std::vector<CommandText> describe_commands(CLI::App const& app);

[[nodiscard]] std::string joined(std::vector<std::string> const& words, char between);

}  // namespace freshet::cli
