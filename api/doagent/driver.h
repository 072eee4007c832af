// Brings the jobs of the daemon to where the downloads want them, and tells the downloads what came
// of it: one job for each, the bytes into its file once they are whole.
//
// Owns the threads that wait for the daemon. `stop` before the end.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "api/doagent/cache_bans.h"
#include "api/doagent/configuration.h"
#include "api/doagent/engine_link.h"
#include "api/doagent/schedule.h"
#include "api/doagent/table.h"

namespace freshet::doagent {

class Driver {
 public:
  struct Parts {
    Table& table;
    Configuration& configuration;
    EngineLink& engine;
    std::function<void(LogSeverity, std::string const&)> log;
    std::string mark;  // What our jobs carry, to be known again.
  };
  explicit Driver(Parts parts);

  // This download is to be looked at.
  void wake(std::shared_ptr<Entry> const& entry);
  void stop();

 private:
  using Again = std::optional<TimePoint>;

  [[nodiscard]] Again look(JobId id);
  [[nodiscard]] std::shared_ptr<Entry> entry_of(JobId id);
  [[nodiscard]] Again end(Client& client, Entry& entry);
  [[nodiscard]] Again rest(Client& client, Entry& entry, Download const& download);
  [[nodiscard]] Again advance(Client& client, Entry& entry, Download const& download);

  // Attempts.
  void begin(Entry& entry, Download const& download);
  [[nodiscard]] Again make_job(Client& client, Entry& entry, Download const& download);
  [[nodiscard]] Again go_on(Client& client, Entry& entry, JobId job);
  [[nodiscard]] Again attempt(Client& client, Entry& entry, JobId job);
  [[nodiscard]] Again lost(Client& client, Entry& entry, Error const& error);
  void under_way(Entry& entry);
  [[nodiscard]] Again met(Client& client, Entry& entry, Error const& error);
  [[nodiscard]] Again watch_cache(Client& client, Entry& entry, JobInfo const& info);
  [[nodiscard]] bool look_for_progress(Entry& entry);
  [[nodiscard]] Again place(Client& client, Entry& entry, JobId job);
  void pause(Entry& entry, Code why, Code more);
  [[nodiscard]] std::string url_of(Entry const& entry) const;
  [[nodiscard]] CacheView cache_of(Entry const& entry, TimePoint now);
  [[nodiscard]] Again unavailable(Entry& entry, Error const& error);

  [[nodiscard]] Download copy(Entry const& entry) const;
  void heard(JobEvent const& event);
  void adopt(Client& client);

  Parts const parts_;
  std::mutex mutex_;  // Over the bans and who has gone.
  CacheBans bans_;
  std::map<JobId, std::shared_ptr<Entry>> gone_;  // Whose jobs are to be ended.
  std::unique_ptr<Schedule> schedule_;
};

}  // namespace freshet::doagent
