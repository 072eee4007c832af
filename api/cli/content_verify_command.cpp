// freshet content verify [CONTENT]
#include <CLI/CLI.hpp>

#include <memory>

#include <nlohmann/json.hpp>

#include "api/cli/command.h"
#include "api/cli/commands.h"
#include "api/cli/exit_code.h"
#include "api/cli/text.h"

namespace freshet::cli {

namespace {

int verify_one(Client& client, Console& console, ContentId const& content) {
  auto const wrong = client.verify(content);
  if (!wrong) return console.error(wrong.error());
  if (console.json()) {
    console.record(nlohmann::json{{"content", to_string(content)}, {"wrong_bytes", *wrong}});
  } else {
    console.result(to_string(content) +
                   (*wrong == 0 ? "  right" : "  " + size_text(*wrong) + " wrong, dropped"));
  }
  return *wrong == 0 ? kDone : kUntrusted;
}

int verify(Client& client, Console& console, std::string const& text) {
  auto const id = content_id_from_string(text);
  if (!text.empty() && !id) {
    return console.error({Errc::invalid_argument, text, "is no content id (LENGTH-ROOT)"});
  }
  if (id) return verify_one(client, console, *id);
  int worst = kDone;
  auto const contents = client.contents();
  if (!contents) return console.error(contents.error());
  for (auto const& content : *contents) {
    if (!content.sealed || !content.content) continue;
    worst = std::max(worst, verify_one(client, console, *content.content));
  }
  return worst;
}

}  // namespace

void add_content_verify(CLI::App& noun, Settings& settings) {
  auto* const command = noun.add_subcommand("verify", "Hash stored contents again");
  auto const text = std::make_shared<std::string>();  // Ends with the parser's callback.
  command->add_option("CONTENT", *text, "Its id; without one, all that are whole");
  act_with_client(*command, settings, [text](Client& client, Console& console) {
    return verify(client, console, *text);
  });
}

}  // namespace freshet::cli
