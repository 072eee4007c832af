// The program `freshet`: parses, runs one command, ends with its exit code (docs/cli.md).
#include <CLI/CLI.hpp>

#include "api/cli/commands.h"
#include "api/cli/exit_code.h"

namespace {

using namespace freshet::cli;

void add_jobs(CLI::App& app, Settings& settings) {
  auto* const noun = app.add_subcommand("job", "Jobs: what was asked for, and how it stands");
  noun->require_subcommand(1);
  add_job_list(*noun, settings);
  add_job_show(*noun, settings);
  add_job_resume(*noun, settings);
  add_job_suspend(*noun, settings);
  add_job_cancel(*noun, settings);
  add_job_complete(*noun, settings);
  add_job_why(*noun, settings);
}

void add_contents(CLI::App& app, Settings& settings) {
  auto* const noun = app.add_subcommand("content", "Contents: what is stored here");
  noun->require_subcommand(1);
  add_content_list(*noun, settings);
  add_content_verify(*noun, settings);
  add_content_share(*noun, settings);
}

void add_peers(CLI::App& app, Settings& settings) {
  auto* const noun = app.add_subcommand("peer", "Peers: who else is there");
  noun->require_subcommand(1);
  add_peer_list(*noun, settings);
}

}  // namespace

int main(int count, char** words) {
  CLI::App app(
      "Freshet fetches files: several sources at once, every byte verified, nothing lost.");
  app.require_subcommand(1);
  Settings settings;
  add_get(app, settings);
  add_jobs(app, settings);
  add_publish(app, settings);
  add_contents(app, settings);
  add_peers(app, settings);
  add_demo(app, settings);
  add_bench(app, settings);
  add_version(app, settings);
  try {
    app.parse(count, words);
  } catch (CLI::ParseError const& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  }
  return settings.run();
}
