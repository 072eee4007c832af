#include "api/cli/command.h"

#include <CLI/CLI.hpp>

#include <memory>

#include <nlohmann/json.hpp>

#include "api/cli/exit_code.h"
#include "api/cli/job_lookup.h"

namespace freshet::cli {

namespace {

int open_and(Settings const& settings, Console& console, ClientAction const& action) {
  auto client = open_client(settings, console);
  if (!client) return console.error(client.error());
  return action(*client, console);
}

// Ends with the parser's callback.
std::shared_ptr<std::string> add_job_word(CLI::App& command) {
  auto id = std::make_shared<std::string>();
  command.add_option("JOB", *id, "Its id, or the beginning of it")->required();
  return id;
}

}  // namespace

void act_with_client(CLI::App& command, Settings& settings, ClientAction action) {
  add_shared_options(command, settings);
  command.callback([&settings, action = std::move(action)] {
    settings.run = [&settings, action] {
      Console console(settings.console);
      return open_and(settings, console, action);
    };
  });
}

void stay_with_client(CLI::App& command, Settings& settings, WakingAction action) {
  add_shared_options(command, settings);
  command.callback([&settings, action = std::move(action)] {
    settings.run = [&settings, action] {
      Wakeups wakeups;  // Before the client's threads.
      Console console(settings.console);
      return open_and(settings, console,
                      [&](Client& client, Console& to) { return action(client, to, wakeups); });
    };
  });
}

CLI::App& add_job_command(CLI::App& noun, Settings& settings, std::string const& verb,
                          std::string const& help, JobAction action) {
  auto* const command = noun.add_subcommand(verb, help);
  auto const id = add_job_word(*command);
  act_with_client(*command, settings,
                  [id, action = std::move(action)](Client& client, Console& console) {
                    auto const job = find_job(client, *id);
                    return job ? action(client, console, *job) : console.error(job.error());
                  });
  return *command;
}

CLI::App& add_waking_job_command(CLI::App& noun, Settings& settings, std::string const& verb,
                                 std::string const& help, WakingJobAction action) {
  auto* const command = noun.add_subcommand(verb, help);
  auto const id = add_job_word(*command);
  stay_with_client(
      *command, settings,
      [id, action = std::move(action)](Client& client, Console& console, Wakeups& wakeups) {
        auto const job = find_job(client, *id);
        return job ? action(client, console, wakeups, *job) : console.error(job.error());
      });
  return *command;
}

namespace {

int act_on_each(Client& client, Console& console, std::vector<std::string> const& texts,
                ContentAction const& action) {
  int code = kDone;
  for (auto const& text : texts) {
    auto const id = content_id_from_string(text);
    auto const done = id ? action(client, *id)
                         : fail(Errc::invalid_argument, text, "is no content id (LENGTH-ROOT)");
    if (!done) {
      code = console.error(done.error());
    } else if (console.json()) {
      console.record({{"content", text}});
    } else {
      console.result(text);
    }
  }
  return code;
}

}  // namespace

CLI::App& add_content_command(CLI::App& noun, Settings& settings, std::string const& verb,
                              std::string const& help, ContentAction action) {
  auto* const command = noun.add_subcommand(verb, help);
  auto const contents = std::make_shared<std::vector<std::string>>();  // Ends with the callback.
  command->add_option("CONTENT", *contents, "Content ids")->required();
  act_with_client(*command, settings,
                  [contents, action = std::move(action)](Client& client, Console& console) {
                    return act_on_each(client, console, *contents, action);
                  });
  return *command;
}

}  // namespace freshet::cli
