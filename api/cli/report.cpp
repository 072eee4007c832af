#include "api/cli/report.h"

#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

#include "api/cli/json_text.h"

namespace freshet::cli {

namespace {

using nlohmann::json;

// Of all files' transfers, as their decision records tell.
json sources_of(json const& record) {
  auto sources = json::array();
  if (!record.is_object() || !record.contains("files")) return sources;
  for (auto const& file : record["files"]) {
    auto const& transfer = file.value("transfer", json::object());
    for (auto const& source : transfer.value("sources", json::array())) sources.push_back(source);
  }
  return sources;
}

json peers_of(std::vector<PeerStatus> const& peers) {
  auto list = json::array();
  for (auto const& peer : peers) list.push_back(to_json(peer));
  return list;
}

}  // namespace

std::string report_text(Ended const& ended, std::vector<PeerStatus> const& peers) {
  auto const& progress = ended.job.progress;
  auto const why = json::parse(ended.why, nullptr, false);
  auto const sources = sources_of(why);
  Bytes received = 0;
  Bytes useful = 0;
  for (auto const& source : sources) {
    received += source.value("received", Bytes{0});
    useful += source.value("useful", Bytes{0});
  }
  Bytes sent = 0;
  for (auto const& peer : peers) sent += peer.sent;
  auto const size = std::max<Bytes>(progress.bytes_done, 1);
  return line_of(json{{"job", to_string(ended.job.id)},
                      {"seconds", std::chrono::duration<double>(ended.took).count()},
                      {"bytes", progress.bytes_done},
                      {"from_origin", progress.from_origin},
                      {"from_peers", progress.from_peers},
                      {"received_from_origin", received},
                      {"origin_copies", static_cast<double>(received) / static_cast<double>(size)},
                      {"duplicate_bytes", received > useful ? received - useful : 0},
                      {"wasted_bytes", progress.wasted},
                      {"sent_to_peers", sent},
                      {"sources", sources},
                      {"peers", peers_of(peers)},
                      {"why", why.is_discarded() ? json() : why}});
}

Result<void> write_report(std::string const& path, std::string const& text) {
  auto const temporary = path + ".part";
  std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
  file << text << '\n';
  file.close();
  std::error_code error;
  if (file) std::filesystem::rename(temporary, path, error);
  if (!file || error) return fail(Errc::io_error, path, "the report cannot be written");
  return {};
}

}  // namespace freshet::cli
