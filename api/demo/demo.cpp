#include "api/demo/demo.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include "engine/base/hash.h"
#include "engine/content/torrent_file.h"

namespace freshet::demo {

namespace {

bool settled(JobState state) {
  return state == JobState::transferred || state == JobState::error || is_final(state);
}

Result<std::string> make_folder() {
  auto pattern = (std::filesystem::temp_directory_path() / "freshet-demo-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    return fail(Errc::io_error, pattern, "cannot be made");
  }
  return pattern;
}

Digest sha256_of_file(std::string const& path) {
  std::ifstream file(path, std::ios::binary);
  Sha256 hash;
  std::vector<char> buffer(1 << 20);
  while (file) {
    file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    auto const got = static_cast<std::size_t>(file.gcount());
    hash.update(std::as_bytes(std::span(buffer.data(), got)));
  }
  return hash.finish();
}

// With nothing but the origin's uplink limited, nobody can have the last byte before the origin has
// sent each byte once.
Duration fluid_bound(DemoSpec const& spec) {
  if (spec.rate.value == 0) return {};
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(
      static_cast<double>(spec.size) / static_cast<double>(spec.rate.value)));
}

}  // namespace

class Demo::Key {};

Demo::Demo(Key, DemoSpec spec) : spec_(spec), content_(spec.size, std::random_device{}()) {}

Demo::~Demo() {
  clients_.clear();
  origin_.reset();
  std::error_code ignored;
  if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

Result<std::unique_ptr<Demo>> Demo::open(DemoSpec spec) {
  auto demo = std::make_unique<Demo>(Key(), spec);
  if (auto prepared = demo->prepare(); !prepared) return tl::unexpected(prepared.error());
  for (std::uint32_t i = 0; i < spec.clients; ++i) {
    if (auto opened = demo->open_client(); !opened) return tl::unexpected(opened.error());
  }
  return demo;
}

Result<void> Demo::prepare() {
  auto folder = make_folder();
  if (!folder) return tl::unexpected(folder.error());
  folder_ = *folder;
  auto origin = DemoOrigin::open(content_, spec_.rate);
  if (!origin) return tl::unexpected(origin.error());
  origin_ = std::move(*origin);
  auto identity = content_.identify();
  if (!identity) return tl::unexpected(identity.error());
  sha256_ = identity->sha256;
  auto torrent = write_torrent(*identity->manifest, std::vector{origin_->url()});
  if (!torrent) return tl::unexpected(torrent.error());
  torrent_ = std::move(*torrent);
  return {};
}

std::string Demo::folder_of(std::size_t client) const {
  return folder_ + "/client-" + std::to_string(client + 1);
}

Result<void> Demo::open_client() {
  auto const folder = folder_of(clients_.size());
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return fail(Errc::io_error, folder, error.message());
  Options options;
  options.data_dir = folder + "/data";
  options.peers = spec_.peers ? peer_options() : PeerOptions{};
  auto client = Client::open(std::move(options));
  if (!client) return tl::unexpected(client.error());
  if (spec_.peers) {
    auto const port = client->peer_port();
    if (!port) return tl::unexpected(port.error());
    addresses_.push_back("127.0.0.1:" + std::to_string(*port));
  }
  clients_.push_back(std::move(*client));
  return {};
}

// They find each other by address, so that nothing leaves this machine.
PeerOptions Demo::peer_options() const {
  PeerOptions peers;
  peers.mode = DownloadMode::lan;
  peers.listen = {"127.0.0.1:0"};
  peers.peers = addresses_;
  peers.local_search = false;
  return peers;
}

Result<void> Demo::start() {
  begun_ = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    FileSpec file;
    file.urls = {origin_->url()};
    file.path = folder_of(i) + "/made.img";
    file.manifest_bytes = torrent_;
    auto const job = clients_[i].start({.name = "client " + std::to_string(i + 1)}, {file});
    if (!job) return tl::unexpected(job.error());
    auto const info = clients_[i].job(*job);
    if (!info) return tl::unexpected(info.error());
    seen_.push_back({*info});
  }
  return {};
}

std::vector<DemoClient> const& Demo::look() {
  for (std::size_t i = 0; i < seen_.size(); ++i) {
    if (settled(seen_[i].job.state)) continue;
    auto const now = clients_[i].job(seen_[i].job.id);
    if (!now) continue;
    seen_[i].job = *now;
    if (settled(now->state)) seen_[i].took = std::chrono::steady_clock::now() - begun_;
  }
  return seen_;
}

bool Demo::done() const {
  return std::ranges::all_of(seen_, [](auto const& client) { return settled(client.job.state); });
}

Result<void> Demo::verify(std::size_t client) {
  auto const& job = seen_[client].job;
  if (job.error) return tl::unexpected(job.error->error);
  auto const completed = clients_[client].complete(job.id);
  if (!completed) return tl::unexpected(completed.error());
  auto const path = folder_of(client) + "/made.img";
  if (sha256_of_file(path) != sha256_) {
    return fail(Errc::digest_mismatch, path, "is not what the origin has");
  }
  return {};
}

Result<DemoSummary> Demo::finish() {
  DemoSummary summary;
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    if (auto verified = verify(i); !verified) return tl::unexpected(verified.error());
    auto const& progress = seen_[i].job.progress;
    ++summary.verified;
    summary.took = std::max(summary.took, seen_[i].took);
    summary.from_origin += progress.from_origin;
    summary.from_peers += progress.from_peers;
    summary.wasted += progress.wasted;
  }
  summary.bound = fluid_bound(spec_);
  summary.copies =
      static_cast<double>(origin_->bytes_sent()) / static_cast<double>(content_.length());
  return summary;
}

}  // namespace freshet::demo
