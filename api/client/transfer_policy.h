// What a verdict means to the parts of the engine.
//
// Pure; any thread.
#pragma once

#include <optional>
#include <string>

#include "engine/transfer/transfers.h"
#include "freshet/policy.h"
#include "store/store.h"

namespace freshet {

[[nodiscard]] TransferPolicy transfer_policy(Policy const& policy, PolicyVerdict const& verdict,
                                             MachineState const& machine);
// What the application asks for, and no more than policy allows peers that are not of the LAN.
[[nodiscard]] ByPeerClass<PeerLimits> class_limits(ByPeerClass<PeerLimits> limits,
                                                   PolicyVerdict const& verdict);
// `standard`: what the application allows where no policy says it. Nothing while a policy depends
// on a disk that was not looked at.
[[nodiscard]] std::optional<CacheRules> cache_rules(Policy const& policy,
                                                    MachineState const& machine, Bytes standard);
// While it runs fewer peers can be met than since the start, not others.
[[nodiscard]] PolicyVerdict narrowed(PolicyVerdict verdict, PeerOptions const& started,
                                     PeerOptions const& wanted);
// What of the peers wanted holds from the next start on, in words; empty: nothing.
[[nodiscard]] std::string needs_restart(PeerOptions const& started, PeerOptions const& wanted);
// 0 is no limit.
[[nodiscard]] BytesPerSecond lesser(BytesPerSecond a, BytesPerSecond b);

}  // namespace freshet
