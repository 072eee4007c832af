#include "api/daemon/daemon.h"

#include <sys/resource.h>
#include <unistd.h>

#include <utility>

#include "api/client/embedded_backend.h"
#include "api/local/gatekeeper.h"
#include "api/node/node.h"
#include "engine/share/sharing.h"
#include "store/store.h"

namespace freshet::daemon {

namespace {

constexpr Duration kGrace = std::chrono::seconds{5};
constexpr std::uint32_t kNobody = ~0U;  // Waits in nobody's line.

// Connections, open contents and descriptors on their way need more than the usual 1,024.
void raise_open_files() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  static_cast<void>(::setrlimit(RLIMIT_NOFILE, &files));
}

// The engine's log, asked by the daemon's level: a line for each request is not even made.
class NodeLog final : public Log {
 public:
  NodeLog(Log& log, LogLines const& lines) : log_(log), lines_(lines) {}
  [[nodiscard]] bool enabled(LogLevel level) const override {
    return level != LogLevel::debug || lines_.writes(LogSeverity::debug);
  }
  void write(LogLevel level, std::string_view event,
             std::initializer_list<LogField> fields) override {
    if (enabled(level)) log_.write(level, event, fields);
  }

 private:
  Log& log_;
  LogLines const& lines_;
};

Caller this_user() {
  auto const uid = static_cast<std::uint32_t>(::geteuid());
  return {uid, uid == 0};
}

// So long peers may have a content from the node after it was fetched.
constexpr Duration kShareFor = std::chrono::hours{24};

std::function<void(ContentId const&)> sharing_with_peers(EmbeddedEngine& engine) {
  return [&engine](ContentId const& content) {
    engine.loop().post([&engine, content] {
      engine.sharing().share(content, kShareFor, [](Result<void> const&) {});
    });
  };
}

// What this machine shares is told to the node's own tracker, as by any other peer.
void add_own_tracker(node::NodeSettings const& settings, PeerOptions& peers) {
  if (!settings.tracker) return;
  auto const loopback = *parse_address("127.0.0.1");
  for (auto const& at : settings.listen) {
    if (at.port == 0) continue;  // The kernel chooses it after the engine has begun.
    bool const anywhere =
        at.address == *parse_address("0.0.0.0") || at.address == *parse_address("::");
    node::ListenAt const reached{anywhere ? loopback : at.address, at.port};
    peers.trackers.push_back("http://" + to_string(reached) + "/announce");
    return;
  }
}

}  // namespace

Daemon::Daemon(DaemonSettings settings, SystemManager& manager)
    : settings_(std::move(settings)), manager_(manager), log_(settings_.log_level) {}

Daemon::~Daemon() {
  stop();
}

Result<void> Daemon::start() {
  raise_open_files();
  reactor_.start();
  if (auto opened = open_ways_in(); !opened) return opened;
  if (auto read = read_node(); !read) return read;
  if (auto opened = open_engine(); !opened) return opened;
  if (auto opened = open_node(); !opened) return opened;
  context_ =
      std::make_unique<local::Context>(*client_, this_user(), reactor_, local::ServerLimits{});
  context_->version = FRESHET_VERSION;
  context_->metrics.set_version(FRESHET_VERSION);
  context_->download_limit = settings_.options.download_limit;
  context_->options = [this] {
    std::lock_guard const lock(mutex_);
    return options_text(settings_);
  };
  context_->node = node_ ? &node_->control() : nullptr;
  api_ = std::make_unique<local::Api>(*context_);
  if (auto opened = open_tcp(); !opened) return opened;
  for (auto& socket : std::exchange(sockets_, {})) {
    server_->listen(std::move(socket.descriptor), socket.unix_socket);
  }
  if (manager_.watchdog() > Duration::zero()) {
    watchdog_ = std::make_unique<local::Alarm>(reactor_);
    reactor_.post([this] { watch_over(); });
  }
  log(LogSeverity::info, "serving");
  manager_.tell("READY=1\nSTATUS=Serving");
  return {};
}

Result<void> Daemon::open_ways_in() {
  auto given = manager_.take_sockets();
  if (!given) return tl::unexpected(given.error());
  sockets_ = std::move(*given);
  if (!sockets_.empty()) {
    log(LogSeverity::info, "listening sockets=" + std::to_string(sockets_.size()));
    return {};
  }
  auto way_in = local::UnixWayIn::open(settings_.socket, settings_.socket_mode);
  if (!way_in) return tl::unexpected(way_in.error());
  unix_way_in_ = std::move(*way_in);
  sockets_.push_back({unix_way_in_->take_socket(), true});
  log(LogSeverity::info, "listening socket=" + settings_.socket);
  return {};
}

Result<void> Daemon::open_engine() {
  auto options = settings_.options;
  options.log = [this](LogSeverity severity, std::string_view line) { log_.write(severity, line); };
  if (node_settings_) add_own_tracker(*node_settings_, options.peers);
  auto client = Client::open(std::move(options));
  if (!client) return tl::unexpected(client.error());
  client_.emplace(std::move(*client));
  return {};
}

Result<void> Daemon::read_node() {
  auto const& path = settings_.options.policy_file;
  if (path.empty()) return {};
  auto read = node::read_node_settings(path);
  if (!read && read.error().code == Errc::not_found) return {};
  if (!read) return tl::unexpected(read.error());
  if (read->enabled) node_settings_ = std::move(*read);
  return {};
}

Result<void> Daemon::open_node() {
  if (!node_settings_) return {};
  auto& engine = engine_of(*client_);
  auto& store = engine.store();
  node_log_ = std::make_unique<NodeLog>(engine.log(), log_);
  auto opened = node::Node::open(
      *node_settings_,
      {engine.loop(), store.contents(), store.objects(),
       [&store](WriteWatcher* watcher) { store.watch_writes(watcher); }, engine.clock(), *node_log_,
       settings_.options.data_dir, FRESHET_VERSION, sharing_with_peers(engine)});
  if (!opened) return tl::unexpected(opened.error());
  node_ = std::move(*opened);
  for (auto const port : node_->control().show().ports) {
    log(LogSeverity::info, "listening node port=" + std::to_string(port));
  }
  return {};
}

Result<void> Daemon::open_tcp() {
  bool wanted = !settings_.tcp.empty();
  for (auto const& socket : sockets_) wanted = wanted || !socket.unix_socket;
  std::string token;
  if (wanted) {
    auto read = local::token_in(settings_.options.data_dir + "/api-token");
    if (!read) return tl::unexpected(read.error());
    token = std::move(*read);
    context_->codes.set_token(token);
  }
  server_ = std::make_unique<local::Server>(context_->limits, reactor_, *api_,
                                            local::Gatekeeper(token), this_user());
  if (!settings_.tcp.empty()) {
    auto socket = local::listen_tcp(settings_.tcp);
    if (!socket) return tl::unexpected(socket.error());
    log(LogSeverity::info, "listening tcp port=" + std::to_string(local::port_of(*socket)));
    sockets_.push_back({std::move(*socket), false});
  }
  for (auto const& socket : sockets_) {
    if (!socket.unix_socket) context_->page_host = local::host_of(socket.descriptor);
  }
  return {};
}

// It tells that it lives by way of the reactor, the pool and the engine's loop.
void Daemon::watch_over() {
  auto look = [this] {
    static_cast<void>(client_->job(JobId{}));
    manager_.tell("WATCHDOG=1");
  };
  static_cast<void>(server_->pool(local::Runs::quick).run(kNobody, look));
  watchdog_->after(manager_.watchdog() / 2, [this] { watch_over(); });
}

void Daemon::reload(std::optional<DaemonSettings> const& fresh) {
  manager_.tell_reloading();
  auto const read = fresh ? client_->reload_policies() : Result<void>();
  if (!read) log(LogSeverity::error, describe(read.error()));
  if (fresh && read) {
    take_over(*fresh);
    log(LogSeverity::info, "reloaded");
  } else {
    log(LogSeverity::error, "not reloaded: settings and policies stay as they were");
  }
  manager_.tell("READY=1");
}

void Daemon::take_over(DaemonSettings const& fresh) {
  {
    std::lock_guard const lock(mutex_);
    settings_.log_level = fresh.log_level;
    settings_.options.download_limit = fresh.options.download_limit;
    log_.set_level(fresh.log_level);
    bool const same = options_text(settings_) == options_text(fresh) &&
                      settings_.socket == fresh.socket && settings_.tcp == fresh.tcp;
    if (!same) log(LogSeverity::warn, "settings changed that need a restart");
  }
  std::lock_guard const lock(context_->mutex);
  context_->download_limit = fresh.options.download_limit;
  static_cast<void>(client_->set_download_limit(fresh.options.download_limit));
}

void Daemon::stop() {
  if (std::exchange(stopped_, true)) return;
  manager_.tell("STOPPING=1");
  unix_way_in_.reset();  // Nobody finds it any more.
  if (server_) server_->stop(kGrace);
  if (context_) {
    context_->feeds.close();
    context_->metrics.close();
  }
  reactor_.stop();
  watchdog_.reset();
  server_.reset();
  api_.reset();
  context_.reset();
  node_.reset();
  client_.reset();
  log(LogSeverity::info, "stopped");
}

}  // namespace freshet::daemon
