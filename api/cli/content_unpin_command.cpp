// freshet content unpin
#include <CLI/CLI.hpp>

#include "api/cli/command.h"
#include "api/cli/commands.h"

namespace freshet::cli {

void add_content_unpin(CLI::App& noun, Settings& settings) {
  add_content_command(noun, settings, "unpin",
                      "Lets the cache let go of stored contents again; shares them no longer",
                      [](Client& client, ContentId content) { return client.unpin(content); });
}

}  // namespace freshet::cli
