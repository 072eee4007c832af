#include "engine/base/trace.h"

#include <catch2/catch.hpp>

using namespace freshet;

namespace {

constexpr auto kParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

}  // namespace

TEST_CASE("a trace keeps its id and flags over steps of its own", "[trace]") {
  CHECK(trace_id(kParent) == "4bf92f3577b34da6a3ce929d0e0e4736");
  CHECK(trace_step(kParent, 0xabc) == "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000abc-01");
  CHECK(trace_id(trace_step(kParent, ~0ULL)) == trace_id(kParent));
}

TEST_CASE("what later versions say behind a trace is not passed on", "[trace]") {
  auto const later = "01" + std::string(kParent + 2) + "-more";
  CHECK(trace_id(later) == trace_id(kParent));
  CHECK(trace_step(later, 1) == "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000001-01");
}

TEST_CASE("what is no trace is taken for none", "[trace]") {
  for (std::string const text : {"", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
                                 "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",
                                 "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                                 "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                                 "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                                 "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                                 "00 4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}) {
    CHECK_FALSE(trace_id(text));
  }
}

TEST_CASE("headers of traces are known in any case", "[trace]") {
  CHECK(is_trace("TraceParent"));
  CHECK(is_trace("tracestate"));
  CHECK_FALSE(is_trace("Trace"));
}
