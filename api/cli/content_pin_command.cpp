// freshet content pin
#include <CLI/CLI.hpp>

#include "api/cli/command.h"
#include "api/cli/commands.h"

namespace freshet::cli {

void add_content_pin(CLI::App& noun, Settings& settings) {
  add_content_command(noun, settings, "pin",
                      "Keeps stored contents whatever the cache lets go, until they are unpinned; "
                      "shares them with peers",
                      [](Client& client, ContentId content) { return client.pin(content); });
}

}  // namespace freshet::cli
