#include "api/local/metric_text.h"

#include <catch2/catch.hpp>

using namespace freshet;
using namespace freshet::local;

namespace {

MetricList some() {
  MetricList list;
  list.add("a_build", MetricType::info, "What runs.").samples.push_back({"version", "1\"\\\n", 1});
  list.add("a_jobs", MetricType::gauge, "Jobs.").samples = {{"state", "queued", 2},
                                                            {"state", "error", 0}};
  list.add("a_sent_bytes", MetricType::counter, "Bytes.", 12345678901234);
  TimeHistogram histogram;
  histogram.bounds = {0.1, 1};
  histogram.counts = {1, 2, 3};
  histogram.sum = 7.25;
  list.add("a_time_seconds", "Time.", histogram);
  return list;
}

}  // namespace

TEST_CASE("metrics are written as OpenMetrics wants them", "[metrics]") {
  CHECK(text_of(some(), MetricFormat::open_metrics) ==
        "# TYPE a_build info\n# HELP a_build What runs.\n"
        "a_build_info{version=\"1\\\"\\\\\\n\"} 1\n"
        "# TYPE a_jobs gauge\n# HELP a_jobs Jobs.\n"
        "a_jobs{state=\"queued\"} 2\na_jobs{state=\"error\"} 0\n"
        "# TYPE a_sent_bytes counter\n# UNIT a_sent_bytes bytes\n# HELP a_sent_bytes Bytes.\n"
        "a_sent_bytes_total 12345678901234\n"
        "# TYPE a_time_seconds histogram\n# UNIT a_time_seconds seconds\n"
        "# HELP a_time_seconds Time.\n"
        "a_time_seconds_bucket{le=\"0.1\"} 1\na_time_seconds_bucket{le=\"1\"} 3\n"
        "a_time_seconds_bucket{le=\"+Inf\"} 6\na_time_seconds_count 6\na_time_seconds_sum 7.25\n"
        "# EOF\n");
}

TEST_CASE("the older format names counters with their ending", "[metrics]") {
  auto const text = text_of(some(), MetricFormat::prometheus);
  CHECK(text.find("# TYPE a_sent_bytes_total counter\n") != std::string::npos);
  CHECK(text.find("# TYPE a_build_info gauge\n") != std::string::npos);
  CHECK(text.find("UNIT") == std::string::npos);
  CHECK(text.find("EOF") == std::string::npos);
}

TEST_CASE("who accepts plain text alone gets it", "[metrics]") {
  CHECK(format_asked_for("") == MetricFormat::open_metrics);
  CHECK(format_asked_for("*/*") == MetricFormat::open_metrics);
  CHECK(format_asked_for("text/plain;version=0.0.4;q=0.5") == MetricFormat::prometheus);
  CHECK(format_asked_for("application/openmetrics-text;version=1.0.0,text/plain;q=0.5") ==
        MetricFormat::open_metrics);
}

TEST_CASE("times are counted below their bound", "[metrics]") {
  auto histogram = histogram_of_transfers();
  histogram.add(std::chrono::milliseconds{100});
  histogram.add(std::chrono::milliseconds{101});
  histogram.add(std::chrono::hours{100});
  CHECK(histogram.counts.front() == 1);
  CHECK(histogram.counts.at(1) == 1);
  CHECK(histogram.counts.back() == 1);
  CHECK(histogram.sum == Approx(360000.201));
}
