// freshet doctor [URL]
#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include <nlohmann/json.hpp>

#include "api/cli/command.h"
#include "api/cli/commands.h"
#include "api/cli/exit_code.h"
#include "api/cli/text.h"
#include "api/doctor/doctor.h"

namespace freshet::cli {

namespace {

void show_finding(Console& console, doctor::Finding const& finding) {
  if (console.json()) {
    return console.record({{"check", name(finding.check)},
                           {"severity", name(finding.severity)},
                           {"text", finding.text},
                           {"remedy", finding.remedy}});
  }
  console.result(fmt::format("{:<8} {:<14} {}", name(finding.severity), name(finding.check),
                             printable(finding.text)));
  if (!finding.remedy.empty()) console.result("         -> " + printable(finding.remedy));
}

int run_doctor(Settings const& settings, doctor::Questions questions) {
  Console console(settings.console);
  auto const client = open_client(settings, console);
  if (questions.disk.empty()) {
    auto const directory = settings.data_dir.empty() ? default_data_dir() : settings.data_dir;
    questions.disk = directory.value_or("/");
  }
  questions.disk = absolute(questions.disk);
  auto worst = doctor::Severity::ok;
  examine(client, questions, [&](doctor::Finding const& finding) {
    worst = std::max(worst, finding.severity);
    show_finding(console, finding);
  });
  return worst == doctor::Severity::error ? kFailed : kDone;
}

}  // namespace

void add_doctor(CLI::App& app, Settings& settings) {
  auto* const command = app.add_subcommand(
      "doctor", "Look for what keeps downloads from being fast or shared, and say what to do");
  auto const questions = std::make_shared<doctor::Questions>();  // Ends with the parser's callback.
  command->add_option("URL", questions->url,
                      "An origin to look at: ranges, validator, TLS, digest");
  command->add_option(
      "--peer", questions->peers,
      "ADDRESS or ADDRESS:PORT of another freshet, to see whether it can be reached");
  command->add_option("--disk", questions->disk,
                      "A directory on the disk to look at (default: the data directory)");
  command->add_option("--proxy", questions->proxy, "For the origin; \"-\" for none");
  command->add_option("--ca-file", questions->ca_file,
                      "Certificates to trust instead of the system's");
  add_shared_options(*command, settings);
  command->callback([&settings, questions] {
    settings.run = [&settings, questions] { return run_doctor(settings, *questions); };
  });
}

}  // namespace freshet::cli
