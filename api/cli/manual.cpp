#include "api/cli/manual.h"

#include <algorithm>

namespace freshet::cli {

namespace {

// Text as roff takes it: backslashes and hyphens are its own otherwise, and so are lines that begin
// with a dot or a quote.
std::string plain(std::string_view text) {
  std::string made;
  for (char const c : text) {
    if (c == '\\') {
      made += "\\e";
    } else if (c == '-') {
      made += "\\-";
    } else {
      made += c;
    }
  }
  bool const special = made.starts_with('.') || made.starts_with('\'');
  return special ? "\\&" + made : made;
}

std::string head(std::string const& name, std::string const& about) {
  auto title = name;
  for (char& c : title) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return ".TH " + plain(title) + " 1 \"\" freshet\n.SH NAME\n" + plain(name) + " \\- " +
         plain(about) + "\n";
}

std::string synopsis(CommandText const& command) {
  std::string text = ".B " + plain(joined(command.path, ' ')) + "\n";
  std::string rest;
  for (auto const& option : command.options) {
    if (!option.names.empty()) continue;
    rest += option.required ? " " + option.value : " [" + option.value + "]";
  }
  bool const verbs = !command.verbs.empty();
  return text + plain(verbs ? "COMMAND [OPTION...]" : "[OPTION...]" + rest) + "\n";
}

std::string options(CommandText const& command) {
  std::string text;
  for (auto const& option : command.options) {
    text += ".TP\n";
    if (option.names.empty()) {
      text += ".I " + plain(option.value) + "\n";
    } else {
      std::string names;
      for (auto const& name : option.names) names += (names.empty() ? "" : ", ") + name;
      text += "\\fB" + plain(names) + "\\fR";
      text += option.value.empty() ? "\n" : " \\fI" + plain(option.value) + "\\fR\n";
    }
    text += plain(option.about) + "\n";
  }
  return text;
}

bool is_below(CommandText const& command, CommandText const& above) {
  return command.path.size() > above.path.size() &&
         std::equal(above.path.begin(), above.path.end(), command.path.begin());
}

std::string see_also() {
  return ".SH SEE ALSO\n.BR freshet (1),\n.BR freshetd (8)\n";
}

ManualPage page_of(CommandText const& top, std::vector<CommandText> const& commands) {
  auto const name = joined(top.path, '-');
  auto text = head(name, top.about) + ".SH SYNOPSIS\n" + synopsis(top);
  if (!top.options.empty()) text += ".SH OPTIONS\n" + options(top);
  for (auto const& command : commands) {
    if (top.path.size() < 2 || !is_below(command, top)) continue;
    text += ".SH " + plain(joined(command.path, ' ')) + "\n" + plain(command.about) + ".\n.PP\n" +
            synopsis(command) + options(command);
  }
  return {name + ".1", std::move(text)};
}

// Which commands there are.
std::string overview(std::vector<CommandText> const& commands) {
  std::string text = ".SH COMMANDS\n";
  for (auto const& command : commands) {
    if (command.path.size() != 2) continue;
    text += ".TP\n.BR " + plain(joined(command.path, '-')) + " (1)\n" + plain(command.about) + "\n";
  }
  return text;
}

}  // namespace

std::vector<ManualPage> manual_pages(std::vector<CommandText> const& commands) {
  std::vector<ManualPage> pages;
  for (auto const& command : commands) {
    if (command.path.size() > 2) continue;
    auto page = page_of(command, commands);
    if (command.path.size() == 1) page.text += overview(commands);
    page.text += see_also();
    pages.push_back(std::move(page));
  }
  return pages;
}

}  // namespace freshet::cli
