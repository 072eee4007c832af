// freshet node status
#include <CLI/CLI.hpp>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "api/cli/commands.h"
#include "api/cli/exit_code.h"
#include "api/cli/node_calls.h"
#include "api/cli/text.h"
#include "api/remote/parsed.h"

namespace freshet::cli {

namespace {

double percent(Bytes part, Bytes whole) {
  return whole == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

void show(Console& console, wire::NodeShown const& node) {
  std::string ports;
  for (auto const port : node.ports) ports += (ports.empty() ? "" : ", ") + std::to_string(port);
  console.result(fmt::format("ports     {}", ports));
  if (!node.key.empty()) console.result("key       " + printable(node.key));
  console.result(fmt::format("stored    {} of {} in {} objects", size_text(node.bytes),
                             size_text(node.bytes_max), node.objects));
  console.result(
      fmt::format("now       {} connections, {} fetches", node.connections, node.fetches));
  console.result(fmt::format("requests  {}: {} hits, {} joined, {} validated, {} misses",
                             node.requests, node.hits, node.joined, node.validated, node.misses));
  console.result(fmt::format("beside    {} passed on, {} stale, {} refused", node.passed,
                             node.stale, node.refused));
  console.result(fmt::format("sent      {}, of that {:.0f} % stored", size_text(node.sent_bytes),
                             percent(node.hit_bytes, node.sent_bytes)));
  console.result(fmt::format("origins   {} in {} requests, {} failed",
                             size_text(node.upstream_bytes), node.upstream_requests,
                             node.upstream_failures));
  if (node.fellow_bytes > 0) console.result("fellows   " + size_text(node.fellow_bytes));
}

int show_status(NodeCalls& calls, Console& console) {
  auto const text = calls.call("GET", "/v1/node");
  auto const node = remote::parsed<wire::NodeShown>(text);
  if (!node) return console.error(node.error());
  if (console.json()) {
    console.record(nlohmann::json::parse(*text));
  } else {
    show(console, *node);
  }
  return kDone;
}

}  // namespace

void add_node_status(CLI::App& noun, Settings& settings) {
  auto* const command =
      noun.add_subcommand("status", "What the cache of the daemon holds and what it served");
  act_with_node(*command, settings, show_status);
}

}  // namespace freshet::cli
