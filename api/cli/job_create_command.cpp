// freshet job create [URL...]
#include <CLI/CLI.hpp>

#include <memory>

#include <nlohmann/json.hpp>

#include "api/cli/command.h"
#include "api/cli/commands.h"
#include "api/cli/exit_code.h"
#include "api/cli/get_options.h"

namespace freshet::cli {

namespace {

struct CreateRequest {
  GetRequest get;
  std::string name;
  std::string description;
  std::string priority = "foreground";
  bool start = false;
};

Result<GetPlan> plan_create(CreateRequest const& request) {
  auto const priority = parse_priority(request.priority);
  if (!priority) return tl::unexpected(priority.error());
  auto const& get = request.get;
  bool const empty = get.urls.empty() && get.input_file.empty() && get.manifest.empty();
  auto plan = empty ? plan_empty(get) : plan_get(get);
  if (!plan) return plan;
  if (!request.name.empty()) plan->job.name = request.name;
  if (plan->job.name.empty()) {
    return fail(Errc::invalid_argument, "--name", "is missing: there is no file to name it after");
  }
  plan->job.description = request.description;
  plan->job.priority = *priority;
  return plan;
}

int create(Client& client, Console& console, CreateRequest const& request) {
  auto const plan = plan_create(request);
  if (!plan) return console.error(plan.error());
  auto const job =
      request.start ? client.start(plan->job, plan->files) : client.create(plan->job, plan->files);
  if (!job) return console.error(job.error());
  if (console.json()) {
    console.record(nlohmann::json{{"event", "created"}, {"job", to_string(*job)}});
  } else {
    console.result(to_string(*job));
  }
  return kDone;
}

}  // namespace

void add_job_create(CLI::App& noun, Settings& settings) {
  auto* const command = noun.add_subcommand("create", "Make a job and print its id");
  auto const request = std::make_shared<CreateRequest>();  // Ends with the parser's callback.
  add_file_options(*command, request->get);
  add_job_options(*command, request->get);
  command->add_option("--name", request->name, "Default: after its first file");
  command->add_option("--description", request->description, "For people who look at it");
  command->add_option("--priority", request->priority, "foreground (default), high, normal or low");
  command->add_flag("--start", request->start, "Resume it at once: a daemon goes on with it");
  act_with_client(*command, settings, [request](Client& client, Console& console) {
    return create(client, console, *request);
  });
}

}  // namespace freshet::cli
