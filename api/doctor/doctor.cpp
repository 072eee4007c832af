#include "api/doctor/doctor.h"

#include <algorithm>

#include "api/doctor/engine_checks.h"
#include "api/doctor/machine_checks.h"
#include "api/doctor/network_checks.h"
#include "api/doctor/origin_check.h"

namespace freshet::doctor {

namespace {

constexpr std::size_t kJobsMax = 50;
constexpr Duration kPeerPatience = std::chrono::seconds{5};

using Tell = std::function<void(Finding const&)>;

void tell_all(Tell const& tell, Findings const& findings) {
  for (auto const& finding : findings) tell(finding);
}

// The youngest jobs of the caller.
std::vector<JobWhy> records_of(Client const& client) {
  std::vector<JobWhy> records;
  auto const jobs = client.jobs();
  if (!jobs) return records;
  for (auto job = jobs->rbegin(); job != jobs->rend() && records.size() < kJobsMax; ++job) {
    auto const& name = job->spec.name;
    if (auto why = client.why(job->id)) {
      records.push_back({"job " + (name.empty() ? to_string(job->id) : name), std::move(*why)});
    }
  }
  return records;
}

Finding unable(Check check, Error const& error) {
  bool const refused = error.code == Errc::access_denied;
  return {check, refused ? Severity::note : Severity::warning, describe(error),
          refused ? "Ask as the administrator." : std::string(advice(error.code))};
}

bool examine_policies(Client const& client, Tell const& tell) {
  auto const policies = client.policies();
  auto const verdict = client.verdict();
  auto const perf = client.perf();
  if (!policies || !verdict || !perf) {
    tell(unable(Check::policy, !policies  ? policies.error()
                               : !verdict ? verdict.error()
                                          : perf.error()));
    return true;
  }
  tell_all(tell, judge_policy(*policies, *verdict, perf->mode));
  return perf->mode == DownloadMode::lan || perf->mode == DownloadMode::group ||
         perf->mode == DownloadMode::internet;
}

// Whether there may be peers.
bool examine_engine(Client const& client, Tell const& tell) {
  tell({Check::engine, Severity::ok, "The engine answers.", {}});
  bool const peers = examine_policies(client, tell);
  tell_all(tell, judge_port(look_at_port(client.peer_port())));
  if (auto const bans = client.bans()) {
    tell_all(tell, judge_bans(*bans));
  } else {
    tell(unable(Check::bans, bans.error()));
  }
  tell_all(tell, judge_records(records_of(client)));
  return peers;
}

}  // namespace

void examine(Result<Client> const& engine, Questions const& questions, Tell const& tell) {
  bool peers = false;
  if (engine) {
    peers = examine_engine(*engine, tell);
  } else {
    tell({Check::engine, Severity::error, describe(engine.error()),
          std::string(advice(engine.error().code))});
  }
  tell_all(tell, judge_clock(look_at_clock()));
  tell_all(tell, judge_disk(look_at_disk(questions.disk)));
  tell_all(tell, judge_limits(look_at_limits()));
  tell_all(tell, judge_proxies(look_at_proxies(), questions.url));
  tell_all(tell, judge_multicast(look_at_multicast(questions.listen_for), peers));
  for (auto const& peer : questions.peers) {
    tell_all(tell, judge_peer(look_at_peer(peer, kPeerPatience)));
  }
  if (questions.url.empty()) return;
  OriginSpec origin;
  origin.url = questions.url;
  origin.proxy = questions.proxy;
  origin.ca_file = questions.ca_file;
  tell_all(tell, judge_origin(look_at_origin(origin)));
}

}  // namespace freshet::doctor
