#include "api/client/embedded_engine.h"

#include <future>
#include <utility>

#include "api/client/trusted_keys.h"
#include "engine/origin/curl_origin.h"
#include "engine/share/sharing.h"
#include "peer/mode.h"
#include "peer/swarm.h"
#include "store/store.h"

namespace freshet {

namespace {

Result<void> check(Options const& options) {
  if (!options.data_dir.starts_with('/')) {
    return fail(Errc::path_invalid, "data_dir " + options.data_dir, "is no absolute path");
  }
  auto const wrong = [](std::string where, std::string why) {
    return fail(Errc::invalid_argument, std::move(where), std::move(why));
  };
  if (options.workers == 0 || options.workers > 64) return wrong("workers", "is not 1 to 64");
  if (options.files_active_max == 0) return wrong("files_active_max", "is 0");
  if (options.connections_per_source_max == 0) return wrong("connections_per_source_max", "is 0");
  if (options.peers.mode == DownloadMode::group && options.peers.group_secret.empty()) {
    return wrong("peers.group_secret",
                 "is missing: mode group asks peers to prove that they know it");
  }
  return {};
}

StoreOptions store_options(Options const& options) {
  StoreOptions store;
  store.data_dir = options.data_dir;
  store.cache_bytes_max = options.cache_bytes_max;
  return store;
}

TransferOptions transfer_options(Options const& options) {
  TransferOptions transfers;
  transfers.transfers_max = options.files_active_max;
  transfers.connections_per_source_max = options.connections_per_source_max;
  transfers.signatures_required = options.signatures_required;
  return transfers;
}

JobOptions job_options(Options const& options) {
  auto jobs = options.jobs;
  jobs.files_active_max = options.files_active_max;
  jobs.autostart = options.autostart;
  return jobs;
}

}  // namespace

class EmbeddedEngine::Key {};

Result<std::unique_ptr<EmbeddedEngine>> EmbeddedEngine::open(Options const& options) {
  if (auto checked = check(options); !checked) return tl::unexpected(checked.error());
  auto engine = std::make_unique<EmbeddedEngine>(Key(), options);
  engine->loop_.post(&CurlOrigin::prepare);  // While this thread opens the store.
  if (auto opened = engine->open_store(options); !opened) return tl::unexpected(opened.error());
  Result<void> composed;
  engine->run([&](std::function<void()> const& done) {
    composed = engine->compose(options);
    done();
  });
  if (!composed) return tl::unexpected(composed.error());
  return engine;
}

EmbeddedEngine::EmbeddedEngine(Key, Options const& options)
    : log_(options.log), pool_(options.workers), hub_(std::make_shared<EventHub>()) {}

Result<void> EmbeddedEngine::open_store(Options const& options) {
  auto store = Store::open(store_options(options), loop_, pool_, clock_, log_);
  if (!store) return tl::unexpected(store.error());
  store_ = std::move(*store);
  return {};
}

Result<void> EmbeddedEngine::compose(Options const& options) {
  auto& contents = store_->contents();
  auto transfers = transfer_options(options);
  auto keys = read_trusted_keys(options.trusted_keys, options.data_dir);
  if (!keys) return tl::unexpected(keys.error());
  transfers.trusted_keys = std::move(*keys);
  if (auto opened = open_swarm(options.peers); !opened) return opened;
  origin_ = std::make_unique<CurlOrigin>(loop_, contents.gate(), clock_, log_);
  transfers_ = std::make_unique<Transfers>(
      TransferPorts{loop_, clock_, random_, log_, contents, *origin_, swarm_.get()},
      std::move(transfers));
  if (options.download_limit.value > 0) transfers_->set_limit(options.download_limit);
  sharing_ = std::make_unique<Sharing>(
      Sharing::Ports{loop_, clock_, log_, contents, *transfers_, swarm_.get()},
      SharingOptions{options.peers.share_for, options.peers.shares_max});
  desk_ = std::make_unique<TransfersDesk>(*transfers_);
  book_ = std::make_unique<JobBook>(
      JobPorts{loop_, clock_, random_, log_, store_->ledger(), contents, *desk_,
               [this](SpoolId spool) { sharing_->let_go(spool); }},
      job_options(options));
  book_->set_events(hub_.get());
  commands_ = std::make_unique<CommandRunner>(loop_);
  book_->set_command_runner(
      [this](std::uint32_t owner, std::vector<std::string> const& command,
             JobNotices::Accepted done) { commands_->run(owner, command, std::move(done)); });
  return book_->recover();
}

Result<void> EmbeddedEngine::open_swarm(PeerOptions const& options) {
  if (!rules_of(options.mode, !options.group_secret.empty()).peers) return {};
  auto swarm = LibtorrentSwarm::open(
      {loop_, pool_, log_, store_->contents().gate(), store_->reader()}, SwarmOptions(options));
  if (!swarm) return tl::unexpected(swarm.error());
  swarm_ = std::move(*swarm);
  return {};
}

ContentStore& EmbeddedEngine::contents() {
  return store_->contents();
}

void EmbeddedEngine::run(std::function<void(std::function<void()>)> const& work) {
  // Shared: this may return before `set_value` has.
  auto const done = std::make_shared<std::promise<void>>();
  loop_.post([&work, done] { work([done] { done->set_value(); }); });
  done->get_future().wait();
}

void EmbeddedEngine::close_jobs(std::function<void()> done) {
  if (!book_) {
    close_swarm();
    return done();
  }
  book_->stop([this, done = std::move(done)] {
    // A later turn: the book is still on the stack here.
    loop_.post([this, done] {
      book_->set_events(nullptr);
      commands_->stop();
      book_.reset();
      desk_.reset();
      sharing_.reset();
      transfers_.reset();
      close_swarm();
      origin_->stop();
      done();
    });
  });
}

void EmbeddedEngine::close_swarm() {
  if (swarm_) swarm_->stop();
  swarm_.reset();
}

void EmbeddedEngine::close_store(std::function<void()> done) {
  if (!store_) return done();
  store_->stop(std::move(done));
}

EmbeddedEngine::~EmbeddedEngine() {
  run([this](std::function<void()> done) { close_jobs(std::move(done)); });
  run([this](std::function<void()> done) { close_store(std::move(done)); });
  loop_.stop();
  pool_.stop();
}

}  // namespace freshet
