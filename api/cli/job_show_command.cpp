// freshet job show JOB
#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "api/cli/command.h"
#include "api/cli/commands.h"
#include "api/cli/exit_code.h"
#include "api/cli/json_text.h"
#include "api/cli/text.h"
#include "engine/base/url.h"

namespace freshet::cli {

namespace {

void show_file(Console& console, FileInfo const& file) {
  auto const state = file.placed ? "placed" : file.transferred ? "transferred" : "pending";
  auto const length = file.length ? size_text(*file.length) : "unknown size";
  console.result(fmt::format("  {}  {} of {}  {}", state, size_text(file.bytes_done), length,
                             printable(file.spec.path)));
  for (auto const& url : file.spec.urls) console.result("    from " + redact(url));
  if (file.content) console.result("    content " + to_string(*file.content));
  if (file.trust) {
    auto const signer = file.signer.empty() ? "" : " (" + printable(file.signer) + ")";
    console.result("    trust " + std::string(to_string(*file.trust)) + signer);
  }
}

int show(Client& client, Console& console, JobInfo const& job) {
  auto const files = client.files(job.id);
  if (!files) return console.error(files.error());
  if (console.json()) {
    auto value = to_json(job);
    value["files"] = nlohmann::json::array();
    for (auto const& file : *files) value["files"].push_back(to_json(file));
    console.record(value);
    return kDone;
  }
  console.result(fmt::format("job       {}", to_string(job.id)));
  console.result(fmt::format("name      {}", printable(job.spec.name)));
  console.result(fmt::format("state     {}", to_string(job.state)));
  console.result(fmt::format("progress  {}", progress_text(job.progress)));
  if (job.error) console.result("error     " + printable(describe(job.error->error)));
  console.result("files");
  for (auto const& file : *files) show_file(console, file);
  return kDone;
}

}  // namespace

void add_job_show(CLI::App& noun, Settings& settings) {
  add_job_command(noun, settings, "show", "One job and its files", show);
}

}  // namespace freshet::cli
