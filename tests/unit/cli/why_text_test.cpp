#include "api/cli/why_text.h"

#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

using namespace freshet::cli;
using nlohmann::json;

namespace {

std::string joined(json const& record) {
  std::string all;
  for (auto const& line : why_text(record)) all += line + "\n";
  return all;
}

json transfer() {
  return json::parse(R"({
    "elapsed_ms": 2500, "length": 3145728, "trust": "job", "from_peers": 1048576, "wasted": 1024,
    "sources": [{"source": 1, "name": "http://origin/a", "state": "used", "received": 2097152,
                 "useful": 2097152, "rate": 1048576, "ranges": true,
                 "error": "timed_out", "reason": "no answer"}],
    "peers_seen": 1, "peers_left_out": 0,
    "peers": [{"address": "192.0.2.1:7680", "source": 4294967296, "class": "lan",
               "state": "connected", "received": 1048576},
              {"address": "192.0.2.9:7680", "state": "refused", "received": 0,
               "error": "group_mismatch", "reason": "it hung up"}],
    "series": {"step_ms": 250, "columns": []},
    "time": [{"for": "moving", "ms": 2000}, {"for": "queue", "ms": 500}],
    "bound": {"bytes": 3145728, "rate": 2097152, "ms": 1500, "took_ms": 2000, "percent": 133,
              "origin_rate": 1048576, "origin_alone_ms": 3000},
    "advice": [{"code": "check_group", "text": "Give both sides the same group."}],
    "events": [{"ms": 0, "code": "started", "text": "1 source"},
               {"ms": 12, "code": "source_failed", "source": 1, "error": "timed_out",
                "text": "no answer", "count": 3, "last_ms": 900}],
    "events_dropped": 4})");
}

}  // namespace

TEST_CASE("a decision record is told in sentences", "[cli]") {
  json const record{{"files", {{{"file", 0}, {"transfer", transfer()}}}},
                    {"states", {{{"at", 1790000000123}, {"state", "transferred"}}}},
                    {"left_out", 2}};

  CHECK(joined(record) ==
        "File 0\n"
        "  A content of 3.0 MiB, followed for 2.500 s.\n"
        "  2.0 MiB came from origins and mirrors, 1.0 MiB from peers; 1.0 KiB came for nothing.\n"
        "  The right bytes were vouched for by: job.\n"
        "  At the best rate that was seen (2.0 MiB/s) it takes 1.500 s; it took 2.000 s, 133 % of "
        "that.\n"
        "  From origins alone, at their best (1.0 MiB/s), it would take 3.000 s.\n"
        "  Time:\n"
        "       2.000 s  bytes came\n"
        "       0.500 s  it waited for a place among the running transfers\n"
        "  Sources:\n"
        "    http://origin/a  used, 2.0 MiB useful, 1.0 MiB/s a connection: no answer (timed_out)\n"
        "  Peers (1 met):\n"
        "    192.0.2.1:7680  lan, connected, 1.0 MiB\n"
        "    192.0.2.9:7680  refused, 0 B: it hung up (group_mismatch)\n"
        "  What happened:\n"
        "       0.000 s  started: 1 source\n"
        "       0.012 s  source_failed http://origin/a: no answer (timed_out), 3 times until "
        "0.900 s\n"
        "    4 entries in the middle had no room.\n"
        "  What would have helped:\n"
        "    check_group: Give both sides the same group.\n"
        "Records of 2 more files had no room.\n"
        "The job's states:\n"
        "  2026-09-21T14:13:20.123Z  transferred\n");
}

TEST_CASE("a job that has not begun has little to tell", "[cli]") {
  CHECK(joined(json::parse(R"({"files":[],"states":[],"left_out":0})")) ==
        "No file of this job was transferred yet.\n");
}

TEST_CASE("what is no decision record does no harm", "[cli]") {
  for (auto const* text :
       {"{}", "[]", "1",
        R"({"files":[1,{"transfer":2},{"transfer":{"events":[{}],"peers":[{}]}}]})",
        R"({"files":[{"transfer":{"bound":[],"time":[{"for":"moving"}]}}]})",
        R"({"files":[{"transfer":{"sources":[{"error":7}]}}]})"}) {
    CHECK_FALSE(why_text(json::parse(text)).empty());
  }
  CHECK_FALSE(why_text(json::parse("{", nullptr, false)).empty());
}

TEST_CASE("control sequences of servers do not reach the terminal", "[cli]") {
  auto record = transfer();
  record["events"][0]["text"] = "\x1b[2J";
  CHECK(joined({{"files", {{{"file", 0}, {"transfer", record}}}}}).find('\x1b') ==
        std::string::npos);
}
