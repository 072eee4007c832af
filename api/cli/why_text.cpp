#include "api/cli/why_text.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

#include <nlohmann/json.hpp>

#include "api/cli/text.h"

namespace freshet::cli {

namespace {

using nlohmann::json;
using Lines = std::vector<std::string>;

std::string text_at(json const& object, char const* key) {
  auto const found = object.find(key);
  return found != object.end() && found->is_string() ? printable(found->get<std::string>())
                                                     : std::string();
}

std::uint64_t number_at(json const& object, char const* key) {
  auto const found = object.find(key);
  return found != object.end() && found->is_number_integer() ? found->get<std::uint64_t>() : 0;
}

json const& list_at(json const& object, char const* key) {
  static json const kNone = json::array();
  auto const found = object.find(key);
  return found != object.end() && found->is_array() ? *found : kNone;
}

std::string seconds(std::uint64_t ms) {
  if (ms >= 60'000) return time_text(std::chrono::milliseconds(ms));
  return fmt::format("{}.{:03} s", ms / 1000, ms % 1000);
}

bool is_cache_host(json const& source) {
  auto const found = source.find("cache_host");
  return found != source.end() && found->is_boolean() && found->get<bool>();
}

// What each part of the time was spent on.
std::string_view in_words(std::string_view limiter) {
  static constexpr std::pair<std::string_view, std::string_view> kWords[]{
      {"moving", "bytes came"},
      {"queue", "it waited for a place among the running transfers"},
      {"identity", "it waited for a manifest"},
      {"answer", "it waited for a source to answer"},
      {"silence", "sources had answered and sent nothing"},
      {"retry", "every source had failed and was left alone"},
      {"policy", "policy held the sources back"},
      {"connections", "other transfers had all connections"},
      {"peers", "it waited for peers"},
      {"disk", "it waited for the disk"},
  };
  for (auto const& [name, words] : kWords) {
    if (name == limiter) return words;
  }
  return limiter;
}

void tell_head(json const& record, Lines& lines) {
  Bytes from_sources = 0;
  Bytes from_caches = 0;
  for (auto const& source : list_at(record, "sources")) {
    auto const useful = number_at(source, "useful");
    (is_cache_host(source) ? from_caches : from_sources) += useful;
  }
  auto const length = record.contains("length") ? size_text(number_at(record, "length"))
                                                : std::string("an unknown length");
  lines.push_back(fmt::format("  A content of {}, followed for {}.", length,
                              seconds(number_at(record, "elapsed_ms"))));
  auto line = fmt::format("  {} came from origins and mirrors, {} from peers",
                          size_text(from_sources), size_text(number_at(record, "from_peers")));
  if (from_caches > 0) line += fmt::format(", {} from cache hosts", size_text(from_caches));
  if (auto const wasted = number_at(record, "wasted"); wasted > 0) {
    line += fmt::format("; {} came for nothing", size_text(wasted));
  }
  lines.push_back(line + ".");
  auto const trust = text_at(record, "trust");
  lines.push_back(trust.empty() ? "  Nobody vouched for the right bytes."
                                : "  The right bytes were vouched for by: " + trust + ".");
}

void tell_bound(json const& record, Lines& lines) {
  auto const bound = record.find("bound");
  if (bound == record.end() || !bound->is_object()) return;
  lines.push_back(
      fmt::format("  At the best rate that was seen ({}) it takes {}; it took {}, {} % of that.",
                  rate_text({number_at(*bound, "rate")}), seconds(number_at(*bound, "ms")),
                  seconds(number_at(*bound, "took_ms")), number_at(*bound, "percent")));
  if (auto const alone = number_at(*bound, "origin_alone_ms"); alone > 0) {
    lines.push_back(fmt::format("  From origins alone, at their best ({}), it would take {}.",
                                rate_text({number_at(*bound, "origin_rate")}), seconds(alone)));
  }
}

std::string reason(json const& object) {
  auto const error = text_at(object, "error");
  if (error.empty()) return {};
  auto const why = text_at(object, "reason");
  return why.empty() ? " (" + error + ")" : ": " + why + " (" + error + ")";
}

void tell_sources(json const& record, Lines& lines) {
  lines.emplace_back("  Sources:");
  for (auto const& source : list_at(record, "sources")) {
    lines.push_back(fmt::format("    {}  {}, {} useful, {} a connection{}", text_at(source, "name"),
                                text_at(source, "state"), size_text(number_at(source, "useful")),
                                rate_text({number_at(source, "rate")}), reason(source)));
  }
  auto const& peers = list_at(record, "peers");
  if (peers.empty()) return;
  lines.push_back(fmt::format("  Peers ({} met):", number_at(record, "peers_seen")));
  for (auto const& peer : peers) {
    auto const peer_class = text_at(peer, "class");
    lines.push_back(fmt::format("    {}  {}{}, {}{}", text_at(peer, "address"),
                                peer_class.empty() ? "" : peer_class + ", ", text_at(peer, "state"),
                                size_text(number_at(peer, "received")), reason(peer)));
  }
}

void tell_time(json const& record, Lines& lines) {
  if (list_at(record, "time").empty()) return;
  lines.emplace_back("  Time:");
  for (auto const& part : list_at(record, "time")) {
    lines.push_back(fmt::format("    {:>10}  {}", seconds(number_at(part, "ms")),
                                in_words(text_at(part, "for"))));
  }
}

void tell_events(json const& record, Lines& lines) {
  lines.emplace_back("  What happened:");
  for (auto const& event : list_at(record, "events")) {
    auto line =
        fmt::format("    {:>10}  {}", seconds(number_at(event, "ms")), text_at(event, "code"));
    if (auto const source = number_at(event, "source"); source > 0) {
      for (auto const* list : {"sources", "peers"}) {
        for (auto const& known : list_at(record, list)) {
          if (number_at(known, "source") != source) continue;
          line += " " + text_at(known, *list == 's' ? "name" : "address");
        }
      }
    }
    if (auto const text = text_at(event, "text"); !text.empty()) line += ": " + text;
    if (auto const error = text_at(event, "error"); !error.empty()) line += " (" + error + ")";
    if (auto const count = number_at(event, "count"); count > 1) {
      line += fmt::format(", {} times until {}", count, seconds(number_at(event, "last_ms")));
    }
    lines.push_back(line);
  }
  if (auto const dropped = number_at(record, "events_dropped"); dropped > 0) {
    lines.push_back(fmt::format("    {} entries in the middle had no room.", dropped));
  }
}

void tell_advice(json const& record, Lines& lines) {
  auto const& all = list_at(record, "advice");
  lines.emplace_back(all.empty() ? "  Nothing is known that would have helped."
                                 : "  What would have helped:");
  for (auto const& advice : all) {
    lines.push_back("    " + text_at(advice, "code") + ": " + text_at(advice, "text"));
  }
}

void tell_states(json const& record, Lines& lines) {
  if (list_at(record, "states").empty()) return;
  lines.emplace_back("The job's states:");
  for (auto const& state : list_at(record, "states")) {
    auto const ms = number_at(state, "at");
    auto const when = fmt::gmtime(static_cast<std::time_t>(ms / 1000));
    auto line =
        fmt::format("  {:%Y-%m-%dT%H:%M:%S}.{:03}Z  {}", when, ms % 1000, text_at(state, "state"));
    if (auto const text = text_at(state, "text"); !text.empty()) line += ": " + text;
    lines.push_back(line);
  }
}

}  // namespace

std::vector<std::string> why_text(json const& record) {
  Lines lines;
  for (auto const& file : list_at(record, "files")) {
    auto const transfer = file.find("transfer");
    if (transfer == file.end() || !transfer->is_object()) continue;
    lines.push_back(fmt::format("File {}", number_at(file, "file")));
    tell_head(*transfer, lines);
    tell_bound(*transfer, lines);
    tell_time(*transfer, lines);
    tell_sources(*transfer, lines);
    tell_events(*transfer, lines);
    tell_advice(*transfer, lines);
  }
  if (lines.empty()) lines.emplace_back("No file of this job was transferred yet.");
  if (auto const left_out = number_at(record, "left_out"); left_out > 0) {
    lines.push_back(fmt::format("Records of {} more files had no room.", left_out));
  }
  tell_states(record, lines);
  return lines;
}

}  // namespace freshet::cli
