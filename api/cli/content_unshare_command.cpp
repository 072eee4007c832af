// freshet content unshare
#include <CLI/CLI.hpp>

#include <memory>

#include "api/cli/command.h"
#include "api/cli/commands.h"
#include "api/cli/exit_code.h"

namespace freshet::cli {

namespace {

Result<std::vector<ContentId>> chosen(Client const& client, std::vector<std::string> const& texts) {
  std::vector<ContentId> ids;
  for (auto const& text : texts) {
    auto const id = content_id_from_string(text);
    if (!id) return fail(Errc::invalid_argument, text, "is no content id (LENGTH-ROOT)");
    ids.push_back(*id);
  }
  if (!ids.empty()) return ids;
  auto const contents = client.contents();
  if (!contents) return tl::unexpected(contents.error());
  for (auto const& content : *contents) {
    if (content.shared && content.content) ids.push_back(*content.content);
  }
  return ids;
}

int unshare(Client& client, Console& console, std::vector<std::string> const& contents) {
  auto const ids = chosen(client, contents);
  if (!ids) return console.error(ids.error());
  int code = kDone;
  for (auto const& id : *ids) {
    if (auto const done = client.unshare(id); !done) {
      code = console.error(done.error());
    } else {
      console.result(to_string(id));
    }
  }
  return code;
}

}  // namespace

void add_content_unshare(CLI::App& noun, Settings& settings) {
  auto* const command = noun.add_subcommand("unshare", "Ends the sharing of stored contents");
  auto const contents = std::make_shared<std::vector<std::string>>();  // Ends with the callback.
  command->add_option("CONTENT", *contents, "Content ids (default: all that are shared)");
  act_with_client(*command, settings, [contents](Client& client, Console& console) {
    return unshare(client, console, *contents);
  });
}

}  // namespace freshet::cli
