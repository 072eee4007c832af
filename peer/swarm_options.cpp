#include "peer/swarm_options.h"

#include <utility>

#include "peer/endpoint.h"
#include "peer/mode.h"

namespace freshet::peer {

namespace {

constexpr std::string_view kListenDefault = "0.0.0.0:7680,[::]:7680";

std::string joined(std::vector<std::string> const& parts) {
  std::string result;
  for (auto const& part : parts) result += (result.empty() ? "" : ",") + part;
  return result;
}

}  // namespace

Result<void> validate(SwarmOptions const& options) {
  if (!rules_of(options.mode, !options.group_secret.empty()).peers) {
    return fail(Errc::invalid_argument, "mode", "this mode has no peers");
  }
  for (auto const* list : {&options.listen, &options.peers}) {
    for (auto const& text : *list) {
      if (!parse_endpoint(text)) {
        return fail(Errc::invalid_argument, text, "this is no numeric address with a port");
      }
    }
  }
  for (auto const& text : options.local_networks) {
    if (!parse_subnet(text)) {
      return fail(Errc::invalid_argument, text, "this is no network");
    }
  }
  return {};
}

LocalNetworks networks_of(SwarmOptions const& options) {
  if (options.local_networks.empty()) return LocalNetworks::of_interfaces();
  std::vector<Subnet> networks;
  for (auto const& text : options.local_networks) networks.push_back(*parse_subnet(text));
  return LocalNetworks(std::move(networks));
}

SwarmOptions with_group_name(SwarmOptions options) {
  if (!options.group_secret.empty() && !options.group.empty()) {
    options.group_secret = options.group + '\n' + options.group_secret;
  }
  return options;
}

std::string address_of(std::string const& endpoint) {
  auto const parsed = parse_endpoint(endpoint);
  return parsed ? parsed->address : std::string{};
}

SessionSpec session_of(SwarmOptions const& options, ModeRules const& rules) {
  SessionSpec spec;
  spec.rules = rules;
  spec.listen = options.listen.empty() ? std::string(kListenDefault) : joined(options.listen);
  if (options.listen.size() == 1) {
    auto const address = address_of(options.listen.front());
    if (address != "0.0.0.0" && address != "::") spec.outgoing = address;
  }
  spec.connections_max = options.connections_max;
  spec.group = !options.group_secret.empty();
  spec.limits = options.limits;
  return spec;
}

}  // namespace freshet::peer
