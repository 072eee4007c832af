// Metrics as data, and their two texts: OpenMetrics 1.0, and the older text format of Prometheus.
//
// Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "freshet/counters.h"

namespace freshet::local {

enum class MetricType : std::uint8_t { gauge, counter, histogram, info };

struct MetricSample {
  std::string label;  // Its name; empty: none.
  std::string of;     // Its value.
  double value = 0;
};

// All samples of one name. Of counters and infos `name` is without "_total" and "_info".
struct MetricFamily {
  std::string name;
  MetricType type = MetricType::gauge;
  std::string help;
  std::vector<MetricSample> samples;
  TimeHistogram histogram;  // Of that type, instead of samples.
};

class MetricList {
 public:
  MetricFamily& add(std::string name, MetricType type, std::string help);
  // One sample without a label.
  void add(std::string name, MetricType type, std::string help, double value);
  void add(std::string name, std::string help, TimeHistogram histogram);

  [[nodiscard]] std::vector<MetricFamily> const& families() const { return families_; }

 private:
  std::vector<MetricFamily> families_;
};

enum class MetricFormat : std::uint8_t { open_metrics, prometheus };
[[nodiscard]] std::string_view content_type(MetricFormat format);
// What an Accept header asks for; OpenMetrics unless only the other will do.
[[nodiscard]] MetricFormat format_asked_for(std::string_view accept);
[[nodiscard]] std::string text_of(MetricList const& metrics, MetricFormat format);

}  // namespace freshet::local
