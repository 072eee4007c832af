// freshet job why JOB
#include <CLI/CLI.hpp>

#include <memory>

#include <nlohmann/json.hpp>

#include "api/cli/command.h"
#include "api/cli/commands.h"
#include "api/cli/exit_code.h"
#include "api/cli/job_lookup.h"
#include "api/cli/why_text.h"

namespace freshet::cli {

namespace {

// Also of a job that is gone: its whole id names it.
Result<JobId> named(Client const& client, std::string const& word) {
  auto const job = find_job(client, word);
  if (job) return job->id;
  auto const id = job_id_from_string(word);
  if (id && job.error().code == Errc::job_not_found) return *id;
  return tl::unexpected(job.error());
}

int explain(Client const& client, Console& console, std::string const& word) {
  auto const id = named(client, word);
  if (!id) return console.error(id.error());
  auto const why = client.why(*id);
  if (!why) return console.error(why.error());
  if (console.json()) {
    console.result(*why);
    return kDone;
  }
  auto const record = nlohmann::json::parse(*why, nullptr, false);
  for (auto const& line : why_text(record)) console.result(line);
  return kDone;
}

}  // namespace

void add_job_why(CLI::App& noun, Settings& settings) {
  auto* const command = noun.add_subcommand(
      "why", "Which sources a job saw, tried and refused, for what reason, and what would help");
  auto const word = std::make_shared<std::string>();  // Ends with the parser's callback.
  command->add_option("JOB", *word, "Its id, or the beginning of it; the whole of one that is gone")
      ->required();
  act_with_client(*command, settings, [word](Client const& client, Console& console) {
    return explain(client, console, *word);
  });
}

}  // namespace freshet::cli
