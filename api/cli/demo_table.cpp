#include "api/cli/demo_table.h"

#include <fmt/format.h>

#include "api/cli/text.h"

namespace freshet::cli {

namespace {

constexpr int kBarColumns = 24;

double seconds(Duration span) {
  return std::chrono::duration<double>(span).count();
}

std::string bar(double part) {
  auto const full = static_cast<std::size_t>(part * kBarColumns);
  return std::string(full, '#') + std::string(kBarColumns - full, '.');
}

std::string client_line(demo::DemoClient const& client) {
  auto const& progress = client.job.progress;
  auto const total = progress.bytes_total.value_or(0);
  auto const part =
      total == 0 ? 0.0 : static_cast<double>(progress.bytes_done) / static_cast<double>(total);
  auto const state = client.took > Duration::zero() ? fmt::format("{:.1f} s", seconds(client.took))
                                                    : rate_text(progress.rate);
  return fmt::format("{:<10} [{}] {:>3.0f}%  {:>12}  {:>10}  {:>10}", client.job.spec.name,
                     bar(part), part * 100, state, size_text(progress.from_origin),
                     size_text(progress.from_peers));
}

}  // namespace

std::vector<std::string> demo_table(std::vector<demo::DemoClient> const& clients) {
  std::vector<std::string> lines;
  lines.push_back(
      fmt::format("{:<43}  {:>12}  {:>10}  {:>10}", "", "rate or time", "origin", "peers"));
  for (auto const& client : clients) lines.push_back(client_line(client));
  return lines;
}

std::vector<std::string> demo_summary(demo::DemoSummary const& summary,
                                      demo::DemoSpec const& spec) {
  std::vector<std::string> lines;
  lines.push_back(fmt::format("bytes by source       origin {}, peers {}, wasted {}",
                              size_text(summary.from_origin), size_text(summary.from_peers),
                              size_text(summary.wasted)));
  lines.push_back(fmt::format("sent by the origin    {:.2f} copies of {}", summary.copies,
                              size_text(spec.size)));
  auto time = fmt::format("time of the last one  {:.2f} s", seconds(summary.took));
  if (summary.bound > Duration::zero()) {
    time += fmt::format("; the bound for {} clients is {:.2f} s: {:.2f} times", spec.clients,
                        seconds(summary.bound), seconds(summary.took) / seconds(summary.bound));
  }
  lines.push_back(time);
  lines.push_back(fmt::format("verified              {} of {} files have the right SHA-256",
                              summary.verified, spec.clients));
  return lines;
}

}  // namespace freshet::cli
