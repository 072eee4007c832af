// freshet content purge
#include <CLI/CLI.hpp>

#include "api/cli/command.h"
#include "api/cli/commands.h"

namespace freshet::cli {

void add_content_purge(CLI::App& noun, Settings& settings) {
  add_content_command(noun, settings, "purge",
                      "Deletes stored contents that no job needs; placed files stay",
                      [](Client& client, ContentId content) {
                        auto const gone = client.purge(content);
                        return gone ? Result<void>() : tl::unexpected(gone.error());
                      });
}

}  // namespace freshet::cli
