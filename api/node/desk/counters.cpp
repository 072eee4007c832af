#include "api/node/desk/counters.h"

namespace freshet::node {
namespace {

Counters::Count& of(Counters& counters, Outcome outcome) {
  switch (outcome) {
    case Outcome::hit:
      return counters.hits;
    case Outcome::joined:
      return counters.joined;
    case Outcome::miss:
      return counters.misses;
    case Outcome::validated:
      return counters.validated;
    case Outcome::stale:
      return counters.stale;
    case Outcome::passed:
      return counters.passed;
    case Outcome::refused:
    case Outcome::none:
      break;
  }
  return counters.refused;
}

}  // namespace

void count(Counters& counters, Outcome outcome) {
  if (outcome == Outcome::none) return;
  ++counters.requests;
  ++of(counters, outcome);
}

}  // namespace freshet::node
