// The commands of the program, one file each. Each adds itself to the parser, and sets
// `settings.run` when it was the one given. The settings outlive the parser.
#pragma once

#include "api/cli/settings.h"

namespace freshet::cli {

void add_get(CLI::App& app, Settings& settings);
void add_stream(CLI::App& app, Settings& settings);
void add_job_create(CLI::App& noun, Settings& settings);
void add_job_add(CLI::App& noun, Settings& settings);
void add_job_list(CLI::App& noun, Settings& settings);
void add_job_show(CLI::App& noun, Settings& settings);
void add_job_resume(CLI::App& noun, Settings& settings);
void add_job_suspend(CLI::App& noun, Settings& settings);
void add_job_cancel(CLI::App& noun, Settings& settings);
void add_job_complete(CLI::App& noun, Settings& settings);
void add_job_priority(CLI::App& noun, Settings& settings);
void add_job_watch(CLI::App& noun, Settings& settings);
void add_job_why(CLI::App& noun, Settings& settings);
void add_publish(CLI::App& app, Settings& settings);
void add_content_list(CLI::App& noun, Settings& settings);
void add_content_share(CLI::App& noun, Settings& settings);
void add_content_unshare(CLI::App& noun, Settings& settings);
void add_content_pin(CLI::App& noun, Settings& settings);
void add_content_unpin(CLI::App& noun, Settings& settings);
void add_content_purge(CLI::App& noun, Settings& settings);
void add_content_verify(CLI::App& noun, Settings& settings);
void add_cache_show(CLI::App& noun, Settings& settings);
void add_peer_list(CLI::App& noun, Settings& settings);
void add_policy_show(CLI::App& noun, Settings& settings);
void add_node_status(CLI::App& noun, Settings& settings);
void add_node_allow(CLI::App& noun, Settings& settings);
void add_node_pin(CLI::App& noun, Settings& settings);
void add_node_find(CLI::App& noun, Settings& settings);
void add_node_key(CLI::App& noun, Settings& settings);
void add_node_warm(CLI::App& noun, Settings& settings);
void add_node_purge(CLI::App& noun, Settings& settings);
void add_status(CLI::App& app, Settings& settings);
void add_perf(CLI::App& app, Settings& settings);
void add_page(CLI::App& app, Settings& settings);
void add_demo(CLI::App& app, Settings& settings);
void add_doctor(CLI::App& app, Settings& settings);
void add_bench(CLI::App& app, Settings& settings);
// These describe all commands of `app`, so they need it to be whole when they run.
void add_completion(CLI::App& app, Settings& settings);
void add_manual(CLI::App& app, Settings& settings);
void add_version(CLI::App& app, Settings& settings);

}  // namespace freshet::cli
