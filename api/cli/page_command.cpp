// freshet page
#include <CLI/CLI.hpp>

#include <nlohmann/json.hpp>

#include "api/cli/command.h"
#include "api/cli/commands.h"
#include "api/cli/exit_code.h"

namespace freshet::cli {

namespace {

// It starts no browser: the code would stand in the list of processes, for everyone to use first.
int show_url(Client const& client, Console& console) {
  auto const url = client.page_url();
  if (!url) return console.error(url.error());
  if (console.json()) {
    console.record({{"url", *url}});
  } else {
    console.result(*url);
  }
  return kDone;
}

}  // namespace

void add_page(CLI::App& app, Settings& settings) {
  auto* const command = app.add_subcommand(
      "page",
      "The address of the daemon's web page; it lets a browser in once, within two minutes");
  act_with_client(*command, settings, show_url);
}

}  // namespace freshet::cli
