// freshet content pin
#include <CLI/CLI.hpp>

#include <chrono>
#include <memory>

#include "api/cli/command.h"
#include "api/cli/commands.h"
#include "api/cli/text.h"
#include "api/wire/times.h"

namespace freshet::cli {

namespace {

// "2026-12-24T18:00:00Z", "2026-12-24", or how long from now: "30d".
std::optional<WallTime> time_of(std::string const& text) {
  if (auto const time = wire::parse_time(text)) return time;
  if (auto const day = wire::parse_time(text + "T00:00:00Z")) return day;
  auto const span = parse_duration(text);
  if (!span) return std::nullopt;
  auto const now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  return now + std::chrono::duration_cast<std::chrono::milliseconds>(*span);
}

Result<void> pin(Client& client, ContentId content, std::string const& until) {
  if (until.empty()) return client.pin(content);
  auto const time = time_of(until);
  if (time) return client.pin(content, time);
  return fail(Errc::invalid_argument, "--until " + until,
              "is no time (as 2026-12-24, 2026-12-24T18:00:00Z or 30d)");
}

}  // namespace

void add_content_pin(CLI::App& noun, Settings& settings) {
  auto const until = std::make_shared<std::string>();  // Ends with the callback.
  auto& command = add_content_command(
      noun, settings, "pin",
      "Keeps stored contents whatever the cache lets go, until they are unpinned or a day comes; "
      "shares them with peers",
      [until](Client& client, ContentId content) { return pin(client, content, *until); });
  command.add_option("--until", *until,
                     "When the pin ends: a day, a time in UTC, or a span from now as 30d");
}

}  // namespace freshet::cli
