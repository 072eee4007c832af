// The options of commands that say what to fetch and how.
#pragma once

#include "api/cli/get_request.h"

namespace CLI {
class App;
}

namespace freshet::cli {

// Which files, from where, and where they go.
void add_file_options(CLI::App& command, GetRequest& request);
// How they are fetched.
void add_job_options(CLI::App& command, GetRequest& request);

}  // namespace freshet::cli
