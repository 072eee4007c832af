// crowd_sim: one crowd in virtual time, its scoreboard on standard output.
//
//   crowd_sim [NAME=VALUE]...   clients, mib, origin, up, down (Mbit/s), sites, wan (Mbit/s),
//                               round_trip_ms, arrivals_s, neighbours, slots (neighbours served at
//                               a time), peers (0 or 1), across (1: peers of different sites meet),
//                               sites_played (so many of the sites stand for all), bad (peers) and
//                               manner (1 silent, 2 slow, 3 lies, 4 claims, 5 renames), origin_ends
//                               (1: once every piece went out), half_leaves (after so many copies),
//                               seed, records (decision records of so many clients, one JSON line
//                               each)
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "bench/sim/crowd.h"

namespace {

using freshet::sim::CrowdSpec;
using freshet::sim::mbit;

using Values = std::map<std::string, double>;

Values parse(int count, char** words) {
  Values values{{"clients", 8},      {"mib", 64},          {"origin", 80},    {"up", 80},
                {"down", 80},        {"sites", 0},         {"wan", 20},       {"across", 0},
                {"sites_played", 0}, {"round_trip_ms", 2}, {"arrivals_s", 0}, {"peers", 1},
                {"neighbours", 400}, {"slots", 0},         {"bad", 0},        {"manner", 1},
                {"origin_ends", 0},  {"half_leaves", 0},   {"seed", 1},       {"records", 0}};
  for (int i = 1; i < count; ++i) {
    std::string const word = words[i];
    auto const equals = word.find('=');
    if (equals == std::string::npos || !values.contains(word.substr(0, equals))) {
      std::fprintf(stderr, "crowd_sim: what is %s? See the head of crowd_sim.cpp\n", words[i]);
      std::exit(2);
    }
    values[word.substr(0, equals)] = std::strtod(word.c_str() + equals + 1, nullptr);
  }
  return values;
}

freshet::Duration seconds(double value) {
  return std::chrono::duration_cast<freshet::Duration>(std::chrono::duration<double>(value));
}

CrowdSpec spec_of(Values const& values) {
  CrowdSpec spec;
  spec.clients = static_cast<std::uint32_t>(values.at("clients"));
  spec.length = static_cast<freshet::Bytes>(values.at("mib") * (1 << 20));
  spec.origin = mbit(values.at("origin"), values.at("origin"));
  spec.client = mbit(values.at("up"), values.at("down"));
  spec.sites = static_cast<std::uint32_t>(values.at("sites"));
  spec.wan = mbit(values.at("wan"), values.at("wan"));
  spec.round_trip = seconds(values.at("round_trip_ms") / 1000);
  spec.arrivals = seconds(values.at("arrivals_s"));
  spec.peers = values.at("peers") != 0;
  spec.neighbours_max = static_cast<std::uint32_t>(values.at("neighbours"));
  spec.upload_slots = static_cast<std::uint32_t>(values.at("slots"));
  spec.across_sites = values.at("across") != 0;
  spec.sites_played = static_cast<std::uint32_t>(values.at("sites_played"));
  spec.bad = {static_cast<std::uint32_t>(values.at("bad")),
              static_cast<freshet::sim::Manner>(values.at("manner"))};
  spec.mishaps = {values.at("origin_ends") != 0, values.at("half_leaves")};
  spec.records = static_cast<std::uint32_t>(values.at("records"));
  spec.seed = static_cast<std::uint64_t>(values.at("seed"));
  return spec;
}

}  // namespace

int main(int count, char** words) {
  auto const spec = spec_of(parse(count, words));
  auto const began = std::chrono::steady_clock::now();
  auto const result = freshet::sim::run_crowd(spec);
  std::chrono::duration<double> const took = std::chrono::steady_clock::now() - began;
  for (auto const& record : result.records) std::printf("%s\n", record.c_str());
  std::printf(
      "{\"clients\": %u, \"done\": %u, \"last_s\": %.3f, \"mean_s\": %.3f, \"p95_s\": %.3f,"
      " \"bound_s\": %.3f, \"ratio\": %.3f, \"origin_copies\": %.3f, \"wan_copies\": %.3f,"
      " \"peer_share\": %.4f, \"wasted\": %.4f, \"took_s\": %.2f}\n",
      spec.clients, result.done, result.last, result.mean, result.p95, result.bound, result.ratio(),
      result.origin_copies, result.wan_copies, result.peer_share, result.wasted, took.count());
  return result.done == result.stayed ? 0 : 1;
}
