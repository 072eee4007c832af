#include "api/doagent/agent.h"

#include <utility>

#include "api/doagent/allowed_users.h"
#include "api/local/ways_in.h"

namespace freshet::doagent {

namespace {

constexpr Duration kCleaning = std::chrono::minutes{10};
constexpr std::uint32_t kNobody = ~0U;  // Waits in nobody's line.

WallTime wall_now() {
  return std::chrono::time_point_cast<WallTime::duration>(std::chrono::system_clock::now());
}

}  // namespace

Agent::Agent(AgentSettings settings, daemon::SystemManager& manager)
    : settings_(std::move(settings)),
      manager_(manager),
      log_(settings_.log_level),
      configuration_(settings_.config),
      run_folder_(settings_.run),
      table_(RecordFolder(settings_.state), Table::Limits{}),
      engine_(settings_.socket) {}

Agent::~Agent() {
  stop();
}

Result<void> Agent::start() {
  reactor_.start();
  auto const allowed = AllowedUsers::from(settings_.users, settings_.groups);
  if (!allowed) return tl::unexpected(allowed.error());
  configuration_.prepare();
  if (auto prepared = run_folder_.prepare(); !prepared) return prepared;
  auto const damaged = table_.load();
  if (!damaged) return tl::unexpected(damaged.error());
  for (auto const& error : *damaged) log_.write(LogSeverity::error, describe(error));
  auto socket = open_socket();
  if (!socket) return tl::unexpected(socket.error());
  auto const port = local::port_of(*socket);
  driver_ = std::make_unique<Driver>(Driver::Parts{
      table_, configuration_, engine_,
      [this](LogSeverity severity, std::string const& line) { log_.write(severity, line); },
      "freshet-do-agent " + settings_.state + " "});
  calls_ = std::make_unique<Calls>(
      table_,
      CallRules{settings_.folders,
                [users = *allowed](std::uint32_t uid) { return users.allows(uid); }},
      [this](std::shared_ptr<Entry> const& entry) { driver_->wake(entry); });
  listener_ = std::make_unique<Listener>(
      reactor_, *calls_, [this] { return configuration_.admin().validate_address; });
  listener_->start(std::move(*socket));
  for (auto const& entry : table_.all()) driver_->wake(entry);
  cleaning_ = std::make_unique<local::Alarm>(reactor_);
  reactor_.post([this] { clean_up(); });
  table_.folder().remember_port(port);
  if (auto published = run_folder_.publish(port); !published) return published;
  log_.write(LogSeverity::info, "serving port=" + std::to_string(port));
  manager_.tell("READY=1\nSTATUS=Serving");
  return {};
}

Result<local::Descriptor> Agent::open_socket() {
  auto given = manager_.take_sockets();
  if (!given) return tl::unexpected(given.error());
  if (given->empty()) return listen_on(table_.folder().last_port());
  if (given->size() == 1 && !given->front().unix_socket) {
    return std::move(given->front().descriptor);
  }
  return fail(Errc::invalid_argument, "LISTEN_FDS", "is not one TCP socket on loopback");
}

void Agent::clean_up() {
  auto const drop = [this] {
    for (auto const& entry : table_.outdated(wall_now())) {
      log_.write(LogSeverity::info, "download forgotten id=" + to_string(entry->record.id));
      calls_->drop(entry);
    }
  };
  static_cast<void>(listener_->pool().run(kNobody, drop));
  cleaning_->after(kCleaning, [this] { clean_up(); });
}

void Agent::reload() {
  configuration_.forget();
  log_.write(LogSeverity::info, "reloaded");
}

void Agent::stop() {
  if (std::exchange(stopped_, true)) return;
  manager_.tell("STOPPING=1");
  if (listener_) listener_->stop();
  if (driver_) driver_->stop();
  reactor_.stop();
  cleaning_.reset();
  log_.write(LogSeverity::info, "stopped");
}

}  // namespace freshet::doagent
