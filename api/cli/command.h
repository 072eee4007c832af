// How commands begin: they open a client, many of them find a job, and some stay and watch.
#pragma once

#include <functional>
#include <string>

#include "api/cli/settings.h"
#include "api/cli/wakeups.h"
#include "freshet/client.h"

namespace freshet::cli {

// Adds the shared options to `command`; when it is given, opens the client and acts with it.
using ClientAction = std::function<int(Client&, Console&)>;
void act_with_client(CLI::App& command, Settings& settings, ClientAction action);
// The same for one that stays until it is done or a signal comes.
using WakingAction = std::function<int(Client&, Console&, Wakeups&)>;
void stay_with_client(CLI::App& command, Settings& settings, WakingAction action);

// A command `noun verb JOB` that acts on one job.
using JobAction = std::function<int(Client&, Console&, JobInfo const&)>;
CLI::App& add_job_command(CLI::App& noun, Settings& settings, std::string const& verb,
                          std::string const& help, JobAction action);
using WakingJobAction = std::function<int(Client&, Console&, Wakeups&, JobInfo const&)>;
CLI::App& add_waking_job_command(CLI::App& noun, Settings& settings, std::string const& verb,
                                 std::string const& help, WakingJobAction action);

// A command `content verb CONTENT...` that acts on each; it goes on after one that fails.
using ContentAction = std::function<Result<void>(Client&, ContentId)>;
CLI::App& add_content_command(CLI::App& noun, Settings& settings, std::string const& verb,
                              std::string const& help, ContentAction action);

}  // namespace freshet::cli
