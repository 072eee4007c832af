#include "api/local/metric_text.h"

#include <array>
#include <charconv>

namespace freshet::local {

namespace {

constexpr std::array<std::string_view, 4> kTypes{"gauge", "counter", "histogram", "info"};

std::string number(double value) {
  std::array<char, 32> text{};
  auto const end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

// Exact, without an exponent.
std::string sample_number(double value) {
  auto const whole = static_cast<std::uint64_t>(value);
  bool const is_whole = value >= 0 && value < 1e15 && static_cast<double>(whole) == value;
  return is_whole ? std::to_string(whole) : number(value);
}

std::string escaped(std::string_view text) {
  std::string out;
  for (char const c : text) {
    if (c == '\\' || c == '"') out += '\\';
    c == '\n' ? out += "\\n" : out += c;
  }
  return out;
}

std::string labels(std::string_view name, std::string_view value) {
  return name.empty() ? std::string() : "{" + std::string(name) + "=\"" + escaped(value) + "\"}";
}

std::string_view suffix(MetricType type) {
  return type == MetricType::counter ? "_total" : type == MetricType::info ? "_info" : "";
}

std::string_view unit(std::string_view name) {
  return name.ends_with("_bytes") ? "bytes" : name.ends_with("_seconds") ? "seconds" : "";
}

std::string head(MetricFamily const& family, MetricFormat format) {
  bool const open = format == MetricFormat::open_metrics;
  auto const name = open ? family.name : family.name + std::string(suffix(family.type));
  auto const type = !open && family.type == MetricType::info
                        ? kTypes[0]
                        : kTypes.at(static_cast<std::size_t>(family.type));
  std::string text = "# TYPE " + name + " " + std::string(type) + "\n";
  if (open && !unit(family.name).empty()) {
    text += "# UNIT " + name + " " + std::string(unit(family.name)) + "\n";
  }
  return text + "# HELP " + name + " " + family.help + "\n";
}

std::string histogram_text(MetricFamily const& family) {
  auto const& it = family.histogram;
  std::string text;
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < it.counts.size(); ++i) {
    count += it.counts[i];
    auto const bound = i < it.bounds.size() ? number(it.bounds[i]) : std::string("+Inf");
    text += family.name + "_bucket" + labels("le", bound) + " " + std::to_string(count) + "\n";
  }
  return text + family.name + "_count " + std::to_string(count) + "\n" + family.name + "_sum " +
         number(it.sum) + "\n";
}

}  // namespace

MetricFamily& MetricList::add(std::string name, MetricType type, std::string help) {
  families_.push_back({std::move(name), type, std::move(help), {}, {}});
  return families_.back();
}

void MetricList::add(std::string name, MetricType type, std::string help, double value) {
  add(std::move(name), type, std::move(help)).samples.push_back({{}, {}, value});
}

void MetricList::add(std::string name, std::string help, TimeHistogram histogram) {
  add(std::move(name), MetricType::histogram, std::move(help)).histogram = std::move(histogram);
}

std::string_view content_type(MetricFormat format) {
  return format == MetricFormat::open_metrics
             ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
             : "text/plain; version=0.0.4; charset=utf-8";
}

MetricFormat format_asked_for(std::string_view accept) {
  bool const open = accept.find("application/openmetrics-text") != std::string_view::npos;
  bool const plain = accept.find("text/plain") != std::string_view::npos;
  return plain && !open ? MetricFormat::prometheus : MetricFormat::open_metrics;
}

std::string text_of(MetricList const& metrics, MetricFormat format) {
  std::string text;
  for (auto const& family : metrics.families()) {
    text += head(family, format);
    if (family.type == MetricType::histogram) {
      text += histogram_text(family);
      continue;
    }
    for (auto const& sample : family.samples) {
      text += family.name + std::string(suffix(family.type)) + labels(sample.label, sample.of) +
              " " + sample_number(sample.value) + "\n";
    }
  }
  return format == MetricFormat::open_metrics ? text + "# EOF\n" : text;
}

}  // namespace freshet::local
