// The program `freshet`: parses, runs one command, ends with its exit code (docs/cli.md).
#include <CLI/CLI.hpp>

#include "api/cli/commands.h"
#include "api/cli/exit_code.h"

namespace {

using namespace freshet::cli;

void add_jobs(CLI::App& app, Settings& settings) {
  auto* const noun = app.add_subcommand("job", "Jobs: what was asked for, and how it stands");
  noun->require_subcommand(1);
  add_job_create(*noun, settings);
  add_job_add(*noun, settings);
  add_job_list(*noun, settings);
  add_job_show(*noun, settings);
  add_job_resume(*noun, settings);
  add_job_suspend(*noun, settings);
  add_job_cancel(*noun, settings);
  add_job_complete(*noun, settings);
  add_job_priority(*noun, settings);
  add_job_watch(*noun, settings);
  add_job_why(*noun, settings);
}

void add_contents(CLI::App& app, Settings& settings) {
  auto* const noun = app.add_subcommand("content", "Contents: what is stored here");
  noun->require_subcommand(1);
  add_content_list(*noun, settings);
  add_content_verify(*noun, settings);
  add_content_share(*noun, settings);
  add_content_unshare(*noun, settings);
  add_content_pin(*noun, settings);
  add_content_unpin(*noun, settings);
  add_content_purge(*noun, settings);
}

// By the names that administrators of other caches look for.
void add_cache(CLI::App& app, Settings& settings) {
  auto* const noun = app.add_subcommand("cache", "The cache: stored contents as a whole");
  noun->require_subcommand(1);
  add_cache_show(*noun, settings);
  add_content_list(*noun, settings);
  add_content_pin(*noun, settings);
  add_content_unpin(*noun, settings);
  add_content_purge(*noun, settings);
}

void add_peers(CLI::App& app, Settings& settings) {
  auto* const noun = app.add_subcommand("peer", "Peers: who else is there");
  noun->require_subcommand(1);
  add_peer_list(*noun, settings);
}

void add_policies(CLI::App& app, Settings& settings) {
  auto* const noun = app.add_subcommand("policy", "Policies: what the administrator allows");
  noun->require_subcommand(1);
  add_policy_show(*noun, settings);
}

void add_nodes(CLI::App& app, Settings& settings) {
  auto* const noun = app.add_subcommand("node", "The node: a daemon as a cache of the network");
  noun->require_subcommand(1);
  add_node_status(*noun, settings);
  add_node_allow(*noun, settings);
  add_node_pin(*noun, settings);
  add_node_find(*noun, settings);
  add_node_key(*noun, settings);
  add_node_warm(*noun, settings);
  add_node_purge(*noun, settings);
}

}  // namespace

int main(int count, char** words) {
  CLI::App app("Freshet fetches files: several sources at once, every byte verified, nothing lost.",
               "freshet");
  app.require_subcommand(1);
  Settings settings;
  add_get(app, settings);
  add_stream(app, settings);
  add_jobs(app, settings);
  add_publish(app, settings);
  add_contents(app, settings);
  add_cache(app, settings);
  add_peers(app, settings);
  add_policies(app, settings);
  add_nodes(app, settings);
  add_status(app, settings);
  add_perf(app, settings);
  add_page(app, settings);
  add_demo(app, settings);
  add_doctor(app, settings);
  add_bench(app, settings);
  add_completion(app, settings);
  add_manual(app, settings);
  add_version(app, settings);
  try {
    app.parse(count, words);
  } catch (CLI::ParseError const& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  }
  return settings.run();
}
