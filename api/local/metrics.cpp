#include "api/local/metrics.h"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "api/client/backend.h"
#include "api/local/node_metrics.h"

namespace freshet::local {

namespace {

constexpr Duration kAgeMax = std::chrono::seconds{1};
constexpr std::array kStates{
    JobState::suspended,       JobState::queued, JobState::connecting, JobState::transferring,
    JobState::transient_error, JobState::error,  JobState::transferred};

Client as_administrator(Client const& client) {
  return client.as({static_cast<std::uint32_t>(::geteuid()), true});
}

Bytes grown(Bytes now, Bytes& before) {
  auto const more = now > before ? now - before : 0;
  before = std::max(now, before);
  return more;
}

void add_perf(MetricList& list, PerfSnapshot const& perf) {
  list.add("freshet_transfers_running", MetricType::gauge, "Transfers that run, by priority.")
      .samples = {{"priority", "foreground", double(perf.foreground_downloads)},
                  {"priority", "background", double(perf.background_downloads)}};
  list.add("freshet_transfers_waiting", MetricType::gauge,
           "Transfers that wait for a place, by priority.")
      .samples = {{"priority", "foreground", double(perf.foreground_waiting)},
                  {"priority", "background", double(perf.background_waiting)}};
  list.add("freshet_http_connections", MetricType::gauge, "Open requests, by what they go to.")
      .samples = {{"to", "origin", double(perf.origin_connections)},
                  {"to", "cache_host", double(perf.cache_host_connections)}};
  list.add("freshet_disk_free_bytes", MetricType::gauge, "Free where contents lie.",
           static_cast<double>(perf.disk_free_bytes));
  list.add("freshet_process_memory_bytes", MetricType::gauge, "Resident memory of the daemon.",
           static_cast<double>(perf.memory_bytes));
}

}  // namespace

Metrics::Metrics(Client const& client) : client_(client), all_(as_administrator(client)) {
  watch_ = all_.watch([this](JobEvent const& event) { count(event); });
  auto const jobs = all_.all_jobs();
  if (!jobs) return;
  // What earlier runs did for them is not counted again.
  std::lock_guard const lock(mutex_);
  for (auto const& job : *jobs) wasted_of_.try_emplace(job.id, job.progress.wasted);
}

void Metrics::count(JobEvent const& event) {
  std::lock_guard const lock(mutex_);
  wasted_ += grown(event.job.progress.wasted, wasted_of_[event.job.id]);
  bool const moved = event.kind == JobEvent::Kind::state;
  if (event.kind == JobEvent::Kind::file_transferred) ++files_;
  if (moved && event.job.state == JobState::transferred) ++transferred_;
  if (moved && event.job.state == JobState::error) ++failed_;
  if (event.kind == JobEvent::Kind::removed) wasted_of_.erase(event.job.id);
}

std::string Metrics::text(MetricFormat format, NodeKeeper* node) {
  std::lock_guard const lock(text_mutex_);
  auto const now = std::chrono::steady_clock::now();
  if (!list_ || now - made_ > kAgeMax) {
    list_ = make(node);
    made_ = now;
  }
  return text_of(*list_, format);
}

MetricList Metrics::make(NodeKeeper* node) const {
  MetricList list;
  list.add("freshet_build", MetricType::info, "The version that runs.")
      .samples.push_back({"version", version_, 1});
  add_jobs(list);
  add_contents(list);
  add_engine(list);
  if (node != nullptr) add_node(list, node->show());
  return list;
}

void Metrics::add_jobs(MetricList& list) const {
  std::map<JobState, double> states;
  if (auto const jobs = all_.all_jobs()) {
    for (auto const& job : *jobs) ++states[job.state];
  }
  auto& jobs = list.add("freshet_jobs", MetricType::gauge, "Jobs that are there, by state.");
  for (auto const state : kStates) {
    jobs.samples.push_back({"state", std::string(to_string(state)), states[state]});
  }
  std::lock_guard const lock(mutex_);
  list.add("freshet_files_transferred", MetricType::counter, "Files that arrived whole.",
           static_cast<double>(files_));
  list.add("freshet_jobs_transferred", MetricType::counter, "Jobs whose files have all arrived.",
           static_cast<double>(transferred_));
  list.add("freshet_jobs_failed", MetricType::counter, "How often a job went into error.",
           static_cast<double>(failed_));
  list.add("freshet_wasted_bytes", MetricType::counter, "Bytes that were received for nothing.",
           static_cast<double>(wasted_));
}

void Metrics::add_contents(MetricList& list) const {
  double sealed = 0;
  double present = 0;
  auto const contents = client_.contents().value_or(std::vector<ContentInfo>{});
  for (auto const& content : contents) {
    sealed += content.sealed ? 1 : 0;
    present += static_cast<double>(content.present);
  }
  list.add("freshet_contents", MetricType::gauge, "Contents in the store.").samples = {
      {"complete", "true", sealed},
      {"complete", "false", static_cast<double>(contents.size()) - sealed}};
  list.add("freshet_content_bytes", MetricType::gauge, "Bytes of contents that are there.",
           present);
  std::map<PeerClass, double> connected;
  for (auto const& peer : client_.peers().value_or(std::vector<PeerStatus>{})) {
    connected[peer.peer_class] += peer.connected ? 1 : 0;
  }
  auto& peers = list.add("freshet_peers", MetricType::gauge, "Peers that are connected, by class.");
  for (auto const of : kPeerClasses) {
    peers.samples.push_back({"class", std::string(name(of)), connected[of]});
  }
}

void Metrics::add_moved(MetricList& list, EngineCounters const& counters) const {
  auto const origin = static_cast<double>(counters.moved.from_origin);
  auto& received =
      list.add("freshet_received_bytes", MetricType::counter,
               "Bytes received, by class of source: origin, cache_host, class of peer.");
  received.samples = {
      {"source", "origin", origin},
      {"source", "cache_host", static_cast<double>(counters.moved.from_cache_hosts)}};
  for (auto const of : kPeerClasses) {
    received.samples.push_back({"source", std::string(name(of)),
                                static_cast<double>(counters.moved.peers.of(of).received)});
  }
  auto& sent = list.add("freshet_sent_bytes", MetricType::counter, "Bytes sent, by class of peer.");
  for (auto const of : kPeerClasses) {
    sent.samples.push_back(
        {"class", std::string(name(of)), static_cast<double>(counters.moved.peers.of(of).sent)});
  }
  auto const delivered = static_cast<double>(counters.delivered);
  list.add("freshet_delivered_bytes", MetricType::counter,
           "Bytes of contents that were transferred whole.", delivered);
  list.add("freshet_origin_copies", MetricType::gauge,
           "Bytes from origins for each byte delivered; 0 before the first content is whole.",
           delivered > 0 ? origin / delivered : 0);
}

void Metrics::add_engine(MetricList& list) const {
  auto engine = as_administrator(client_);
  auto const counters = ClientMaker::of(engine).counters().value_or(EngineCounters{});
  add_moved(list, counters);
  auto const count = [&](char const* name, char const* help, std::uint64_t value) {
    list.add(name, MetricType::counter, help, static_cast<double>(value));
  };
  count("freshet_pieces_rejected", "Pieces that were not what they should be.",
        counters.pieces_rejected);
  count("freshet_digest_mismatches", "Contents that were whole and not what they should be.",
        counters.digest_mismatches);
  count("freshet_sources_banned", "Origins and mirrors that sent wrong bytes.",
        counters.sources_banned);
  count("freshet_peers_banned", "Peers that sent wrong bytes.", counters.peers_banned);
  count("freshet_peers_refused", "Peers that were found and could not be met.",
        counters.peers_refused);
  count("freshet_evictions", "Contents that the cache let go to keep its limits.",
        counters.evicted);
  count("freshet_evicted_bytes", "Bytes of these contents.", counters.evicted_bytes);
  auto& spent = list.add("freshet_transfer_time_seconds", MetricType::counter,
                         "Time of all transfers, by what it was spent on (docs/why.md).");
  for (auto const& [limiter, time] : counters.spent) {
    spent.samples.push_back({"limiter", limiter, std::chrono::duration<double>(time).count()});
  }
  list.add("freshet_transfer_duration_seconds", "From a transfer's start to its last byte.",
           counters.transfers);
  list.add("freshet_first_byte_duration_seconds", "From a transfer's start to its first byte.",
           counters.answers);
  add_perf(list, client_.perf().value_or(PerfSnapshot{}));
  for (auto const& [figure, value] : counters.database) {
    list.add("freshet_database_" + figure, MetricType::gauge,
             "RocksDB, all tables: " + figure + ".", static_cast<double>(value));
  }
}

void Metrics::close() {
  watch_.reset();
}

}  // namespace freshet::local
