#include "engine/policy/month_book.h"

#include <charconv>
#include <functional>
#include <utility>

namespace freshet {

namespace {

constexpr std::size_t kMonthsMax = 13;

using Visit = std::function<void(std::string const& key, std::uint64_t& value)>;

void visit(MovedBytes& moved, Visit const& each) {
  for (auto const peer_class : kPeerClasses) {
    auto& traffic = moved.peers.of(peer_class);
    each(std::string(name(peer_class)) + ".received", traffic.received);
    each(std::string(name(peer_class)) + ".sent", traffic.sent);
  }
  each("origin", moved.from_origin);
  each("cache", moved.from_cache_hosts);
  each("files_downloaded", moved.files_downloaded);
  each("files_uploaded", moved.files_uploaded);
}

std::optional<std::uint64_t> number_from(std::string_view text) {
  std::uint64_t number = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// "key value" lines.
std::map<std::string, std::uint64_t> read_lines(std::string_view text) {
  std::map<std::string, std::uint64_t> lines;
  while (!text.empty()) {
    auto const line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    auto const space = line.find(' ');
    if (space == std::string_view::npos) continue;
    if (auto const number = number_from(line.substr(space + 1))) {
      lines[std::string(line.substr(0, space))] = *number;
    }
  }
  return lines;
}

}  // namespace

MonthBook::Month& MonthBook::at(std::string const& month) {
  auto& entry = months_[month];
  while (months_.size() > kMonthsMax && months_.begin()->first != month) {
    forgotten_.push_back(months_.begin()->first);
    months_.erase(months_.begin());
  }
  return entry;
}

void MonthBook::load(std::string_view month, std::string_view text) {
  auto& entry = at(std::string(month));
  auto lines = read_lines(text);
  visit(entry.moved, [&](std::string const& key, std::uint64_t& value) { value = lines[key]; });
  entry.peak = lines["peak_rate"];
}

void MonthBook::add(std::string const& month, MovedBytes const& moved) {
  auto delta = moved;
  std::map<std::string, std::uint64_t> values;
  visit(delta, [&](std::string const& key, std::uint64_t& value) { values[key] = value; });
  visit(at(month).moved,
        [&](std::string const& key, std::uint64_t& value) { value += values[key]; });
}

void MonthBook::see_rate(std::string const& month, BytesPerSecond rate) {
  auto& entry = at(month);
  entry.peak = std::max(entry.peak, rate.value);
}

MovedBytes MonthBook::of(std::string const& month) const {
  auto const found = months_.find(month);
  return found == months_.end() ? MovedBytes{} : found->second.moved;
}

BytesPerSecond MonthBook::peak() const {
  std::uint64_t peak = 0;
  int newest = 0;
  for (auto month = months_.rbegin(); month != months_.rend() && newest < 2; ++month, ++newest) {
    peak = std::max(peak, month->second.peak);
  }
  return {peak};
}

std::string MonthBook::note_of(std::string const& month) const {
  auto const found = months_.find(month);
  if (found == months_.end()) return {};
  auto entry = found->second;
  std::string text;
  auto const write = [&](std::string const& key, std::uint64_t& value) {
    text += key + " " + std::to_string(value) + "\n";
  };
  visit(entry.moved, write);
  write("peak_rate", entry.peak);
  return text;
}

std::vector<std::string> MonthBook::take_forgotten() {
  return std::exchange(forgotten_, {});
}

}  // namespace freshet
