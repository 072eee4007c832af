#include "api/doctor/network_checks.h"

namespace freshet::doctor {

namespace {

std::string joined(std::vector<std::string> const& parts) {
  std::string all;
  for (auto const& part : parts) all += (all.empty() ? "" : ", ") + part;
  return all;
}

Finding judge(InterfaceFacts const& it) {
  auto const where = it.name + " (" + it.address + ")";
  if (!it.multicast) {
    return {Check::multicast, Severity::note, where + " carries no multicast.",
            "Name peers or a tracker: those on this link cannot find each other by themselves."};
  }
  if (!it.heard_itself) {
    return {
        Check::multicast, Severity::warning,
        "Multicast on " + where + " does not work" + (it.why.empty() ? "." : ": " + it.why + "."),
        "Let UDP port 6771 to 239.192.152.143 through the firewall, or name peers or a "
        "tracker."};
  }
  if (it.heard_others == 0) {
    return {Check::multicast, Severity::ok,
            "Multicast on " + where +
                " leaves and comes back here; no other host spoke, so whether the network "
                "carries it to others is not known.",
            "Run freshet doctor on another machine at the same time to know."};
  }
  return {Check::multicast,
          Severity::ok,
          "Multicast on " + where + " works: " + std::to_string(it.heard_others) +
              " other hosts were heard.",
          {}};
}

}  // namespace

Findings judge_multicast(std::vector<InterfaceFacts> const& interfaces, bool peers) {
  Findings findings;
  for (auto const& it : interfaces) {
    if (!it.loopback) findings.push_back(judge(it));
  }
  if (findings.empty()) {
    findings.push_back({Check::multicast, peers ? Severity::warning : Severity::note,
                        "No interface but loopback has an address.", "Connect a network."});
  }
  return findings;
}

Findings judge_port(PortFacts const& facts) {
  if (!facts.port) {
    if (facts.port.error().code == Errc::policy_refused) {
      return {{Check::peer_port, Severity::note, "Peers are off: nothing listens for them.",
               "Turn them on with DODownloadMode or --peers, if peers shall help."}};
    }
    return {{Check::peer_port, Severity::error, describe(facts.port.error()),
             std::string(advice(facts.port.error().code))}};
  }
  auto const port = "TCP port " + std::to_string(*facts.port);
  if (facts.reached.empty() && !facts.missed.empty()) {
    return {{Check::peer_port, Severity::error,
             port + " does not answer at our own addresses (" + joined(facts.missed) + ").",
             "Let it through the firewall of this machine, or listen on these addresses."}};
  }
  Findings findings;
  if (!facts.missed.empty()) {
    findings.push_back({Check::peer_port, Severity::warning,
                        port + " does not answer at " + joined(facts.missed) + ".",
                        "Let it through the firewall, or listen on these addresses too."});
  }
  findings.push_back({Check::peer_port, Severity::ok,
                      port + " answers at " + joined(facts.reached) +
                          ". What a firewall does with others cannot be seen from here.",
                      "Run freshet doctor --peer ADDRESS on another machine to know."});
  if (*facts.port != 7680) {
    findings.push_back({Check::peer_port, Severity::note,
                        "It is not 7680, which many networks let through.",
                        "Free port 7680, or let this one through."});
  }
  return findings;
}

Findings judge_peer(PeerFacts const& facts) {
  if (!facts.error) {
    auto const ms = std::chrono::duration_cast<std::chrono::milliseconds>(facts.took).count();
    return {{Check::peer_reachable,
             Severity::ok,
             facts.endpoint + " answers after " + std::to_string(ms) + " ms.",
             {}}};
  }
  bool const silent = facts.error->code == Errc::timed_out;
  return {{Check::peer_reachable, Severity::error,
           facts.endpoint + " cannot be reached: " + facts.error->why + ".",
           silent ? "A firewall on the way or on that machine is suspected: let the port through."
                  : "Start freshet there with peers on, and let its port through the firewall."}};
}

}  // namespace freshet::doctor
