#include <array>
#include <charconv>

#include "api/daemon/settings.h"
#include "engine/transfer/json_writer.h"

namespace freshet::daemon {

namespace {

// As JSON has it, whatever the locale.
std::string number_text(double number) {
  std::array<char, 32> text{};
  auto const end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  return {text.data(), end};
}

std::uint64_t ms(Duration time) {
  auto const whole = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
  return static_cast<std::uint64_t>(whole);
}

void put_many(JsonWriter& to, std::string_view name, std::vector<std::string> const& values) {
  to.key(name).begin_array();
  for (auto const& value : values) to.value(value);
  to.end_array();
}

// The group's secret stays here.
void put_peers(JsonWriter& to, PeerOptions const& peers) {
  to.key("peers").begin_object();
  to.field("mode", name(peers.mode)).field("group", peers.group);
  put_many(to, "listen", peers.listen);
  put_many(to, "trackers", peers.trackers);
  put_many(to, "peers", peers.peers);
  put_many(to, "local_networks", peers.local_networks);
  to.field("local_search", peers.local_search);
  to.key("limits").begin_object();
  for (auto const peer_class : kPeerClasses) {
    auto const& limits = peers.limits.of(peer_class);
    to.key(name(peer_class)).begin_object();
    to.field("upload", limits.upload.value).field("download", limits.download.value);
    to.end_object();
  }
  to.end_object();
  to.field("share_for_ms", ms(peers.share_for));
  to.field("shares_max", std::uint64_t{peers.shares_max});
  to.end_object();
}

void put_jobs(JsonWriter& to, JobOptions const& jobs) {
  to.key("jobs").begin_object();
  to.field("jobs_max", std::uint64_t{jobs.jobs_max});
  to.field("jobs_per_user_max", std::uint64_t{jobs.jobs_per_user_max});
  to.field("files_per_job_max", std::uint64_t{jobs.files_per_job_max});
  to.field("ranges_per_file_max", std::uint64_t{jobs.ranges_per_file_max});
  to.field("background_jobs_max", std::uint64_t{jobs.background_jobs_max});
  to.field("time_slice_ms", ms(jobs.time_slice));
  to.field("retry_delay_min_ms", ms(jobs.retry_delay_min));
  to.field("retry_delay_max_ms", ms(jobs.retry_delay_max));
  to.field("no_progress_foreground_ms", ms(jobs.no_progress_foreground));
  to.field("no_progress_background_ms", ms(jobs.no_progress_background));
  to.field("transfer_time_max_ms", ms(jobs.transfer_time_max));
  to.field("retention_ms", ms(jobs.retention));
  to.field("inactivity_ms", ms(jobs.inactivity));
  to.end_object();
}

}  // namespace

std::string options_text(DaemonSettings const& settings) {
  auto const& options = settings.options;
  JsonWriter to;
  to.begin_object();
  to.field("data_dir", options.data_dir);
  to.field("workers", std::uint64_t{options.workers});
  to.field("download_limit", options.download_limit.value);
  to.field("connections_per_source_max", std::uint64_t{options.connections_per_source_max});
  to.field("cache_bytes_max", options.cache_bytes_max);
  to.field("files_active_max", std::uint64_t{options.files_active_max});
  to.field("signatures_required", options.signatures_required);
  to.key("price_per_gb").raw(number_text(settings.price_per_gb));
  to.field("currency", settings.currency);
  put_jobs(to, options.jobs);
  put_peers(to, options.peers);
  return to.end_object().take();
}

}  // namespace freshet::daemon
