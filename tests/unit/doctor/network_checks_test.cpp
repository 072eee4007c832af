#include "api/doctor/network_checks.h"

#include <catch2/catch.hpp>

#include "tests/unit/doctor/doctor_text.h"

using namespace freshet;
using namespace freshet::doctor;
using namespace freshet::test;
using namespace std::chrono_literals;

namespace {

InterfaceFacts interface() {
  InterfaceFacts facts;
  facts.name = "eth0";
  facts.address = "192.0.2.1";
  facts.multicast = true;
  facts.heard_itself = true;
  facts.heard_others = 2;
  return facts;
}

}  // namespace

TEST_CASE("multicast is judged on each interface", "[doctor]") {
  CHECK(says(judge_multicast({interface()}, true), "eth0 (192.0.2.1) works: 2 other hosts"));
  auto alone = interface();
  alone.heard_others = 0;
  CHECK(says(judge_multicast({alone}, true), "is not known. -> Run freshet doctor on another"));
  auto deaf = interface();
  deaf.heard_itself = false;
  deaf.why = "Operation not permitted";
  CHECK(says(judge_multicast({deaf}, true), "warning multicast: Multicast on eth0"));
  CHECK(says(judge_multicast({deaf}, true), "Operation not permitted"));
  auto none = interface();
  none.multicast = false;
  CHECK(says(judge_multicast({none}, true), "carries no multicast"));
}

TEST_CASE("without any interface but loopback there is nobody to meet", "[doctor]") {
  auto loopback = interface();
  loopback.loopback = true;
  CHECK(worst(judge_multicast({loopback}, true)) == Severity::warning);
  CHECK(worst(judge_multicast({}, false)) == Severity::note);
}

TEST_CASE("a port that our own addresses do not answer at is an error", "[doctor]") {
  CHECK(worst(judge_port({std::uint16_t{7680}, {"192.0.2.1:7680"}, {}})) == Severity::ok);
  CHECK(worst(judge_port({std::uint16_t{7680}, {}, {"192.0.2.1:7680"}})) == Severity::error);
  CHECK(worst(judge_port({std::uint16_t{7680}, {"127.0.0.1:7680"}, {"192.0.2.1:7680"}})) ==
        Severity::warning);
  CHECK(says(judge_port({std::uint16_t{9999}, {"192.0.2.1:9999"}, {}}), "It is not 7680"));
}

TEST_CASE("a port that is not there says why", "[doctor]") {
  CHECK(says(judge_port({fail(Errc::policy_refused), {}, {}}), "note peer_port: Peers are off"));
  auto const taken = judge_port({fail(Errc::port_unavailable, "7680", "address in use"), {}, {}});
  CHECK(says(taken, "error peer_port: 7680: address in use (port_unavailable)"));
}

TEST_CASE("a peer that does not answer makes one suspect a firewall", "[doctor]") {
  CHECK(says(judge_peer({"192.0.2.1:7680", Error{Errc::timed_out, {}, "no answer"}, 5s}),
             "error peer_reachable: 192.0.2.1:7680 cannot be reached: no answer. -> A firewall"));
  CHECK(says(judge_peer({"192.0.2.1:7680", Error{Errc::connect_failed, {}, "refused"}, 1ms}),
             "-> Start freshet there"));
  CHECK(says(judge_peer({"192.0.2.1:7680", std::nullopt, 3ms}), "answers after 3 ms"));
}

TEST_CASE("what is no address is told as such", "[doctor]") {
  auto const facts = look_at_peer("nowhere:1", 1s);
  REQUIRE(facts.error);
  CHECK(facts.error->code == Errc::invalid_argument);
}
