// freshet job resume JOB: takes a job up and stays with it.
#include <CLI/CLI.hpp>

#include "api/cli/commands.h"
#include "api/cli/exit_code.h"
#include "api/cli/follow.h"
#include "api/cli/job_lookup.h"

namespace freshet::cli {

namespace {

int resume(Client& client, Console& console, Wakeups& wakeups, JobInfo const& job) {
  return Follower(client, console, wakeups).follow([&] {
    return resume_unless_transferred(client, job.id);
  });
}

}  // namespace

void add_job_resume(CLI::App& noun, Settings& settings) {
  auto* const command =
      noun.add_subcommand("resume", "Take a job up, stay until it is done and place its files");
  auto const id = std::make_shared<std::string>();  // Ends with the parser's callback.
  command->add_option("JOB", *id, "Its id, or the beginning of it")->required();
  add_shared_options(*command, settings);
  command->callback([&settings, id] {
    settings.run = [&settings, id] {
      Wakeups wakeups;  // Before the client's threads.
      Console console(settings.console);
      auto client = open_client(settings, console);
      if (!client) return console.error(client.error());
      auto const job = find_job(*client, *id);
      if (!job) return console.error(job.error());
      return resume(*client, console, wakeups, *job);
    };
  });
}

}  // namespace freshet::cli
