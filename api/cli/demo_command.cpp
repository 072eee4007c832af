// freshet demo
#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include <memory>

#include <nlohmann/json.hpp>

#include "api/cli/commands.h"
#include "api/cli/demo_table.h"
#include "api/cli/exit_code.h"
#include "api/cli/text.h"
#include "api/cli/wakeups.h"

namespace freshet::cli {

namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kClientsMax = 64;

struct DemoRequest {
  std::uint32_t clients = 4;
  std::string size = "64M";
  std::string rate = "8M";
  bool without_peers = false;
};

Result<demo::DemoSpec> spec_of(DemoRequest const& request) {
  auto const size = parse_size(request.size);
  auto const rate = parse_size(request.rate);
  if (!size || *size == 0) return fail(Errc::invalid_argument, "--size", "is no size (as 64M)");
  if (!rate) return fail(Errc::invalid_argument, "--rate", "is no rate (as 32M)");
  if (request.clients == 0 || request.clients > kClientsMax) {
    return fail(Errc::invalid_argument, "--clients", "is not 1 to 64");
  }
  return demo::DemoSpec{request.clients, *size, {*rate}, !request.without_peers};
}

// Draws the table over the one before.
class LiveTable {
 public:
  explicit LiveTable(Console& console) : console_(console) {}

  void draw(std::vector<std::string> const& lines) {
    if (!console_.terminal() || console_.quiet() || console_.json()) return;
    std::string text = drawn_ == 0 ? "" : fmt::format("\x1b[{}A", drawn_);
    for (auto const& line : lines) text += "\x1b[K" + line + "\n";
    text.pop_back();
    console_.note(text);
    drawn_ = lines.size();
  }

 private:
  Console& console_;
  std::size_t drawn_ = 0;
};

void show(Console& console, demo::DemoSummary const& summary, demo::DemoSpec const& spec) {
  if (!console.json()) {
    for (auto const& line : demo_summary(summary, spec)) console.result(line);
    return;
  }
  console.record(
      nlohmann::json{{"event", "done"},
                     {"clients", spec.clients},
                     {"size", spec.size},
                     {"seconds", std::chrono::duration<double>(summary.took).count()},
                     {"bound_seconds", std::chrono::duration<double>(summary.bound).count()},
                     {"from_origin", summary.from_origin},
                     {"from_peers", summary.from_peers},
                     {"wasted", summary.wasted},
                     {"origin_copies", summary.copies},
                     {"verified", summary.verified}});
}

int run(Settings const& settings, DemoRequest const& request) {
  Wakeups wakeups;
  Console console(settings.console);
  auto const spec = spec_of(request);
  if (!spec) return console.error(spec.error());
  console.note(
      fmt::format("One origin (uplink {}), {} clients, one content of {}, all on this machine",
                  spec->rate.value == 0 ? "without limit" : rate_text(spec->rate), spec->clients,
                  size_text(spec->size)));
  auto const demo = demo::Demo::open(*spec);
  if (!demo) return console.error(demo.error());
  if (auto const started = (*demo)->start(); !started) return console.error(started.error());
  LiveTable table(console);
  while (!(*demo)->done()) {
    table.draw(demo_table((*demo)->look()));
    if (auto const next = wakeups.next(100ms); next.signal != 0) return kStopped + next.signal;
  }
  auto const lines = demo_table((*demo)->look());
  table.draw(lines);
  if (!console.terminal()) {
    for (auto const& line : lines) console.note(line);
  }
  auto const summary = (*demo)->finish();
  if (!summary) return console.error(summary.error());
  show(console, *summary, *spec);
  return kDone;
}

}  // namespace

void add_demo(CLI::App& app, Settings& settings) {
  auto* const command = app.add_subcommand(
      "demo", "One origin and several clients on this machine: who gets what from where");
  auto const request = std::make_shared<DemoRequest>();  // Ends with the parser's callback.
  command->add_option("--clients", request->clients, "How many (default 4)");
  command->add_option("--size", request->size, "Of the content (default 64M)");
  command->add_option("--rate", request->rate, "Of the origin's uplink (default 8M; 0: no limit)");
  command->add_flag("--without-peers", request->without_peers,
                    "Each client for itself, to see what peers are good for");
  add_shared_options(*command, settings);
  command->callback([&settings, request] {
    settings.run = [&settings, request] { return run(settings, *request); };
  });
}

}  // namespace freshet::cli
