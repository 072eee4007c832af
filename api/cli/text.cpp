#include "api/cli/text.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>

namespace freshet::cli {

namespace {

std::optional<Bytes> parse_number(std::string_view text) {
  Bytes value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

void drop_suffix(std::string_view& text, std::string_view suffix) {
  if (text.ends_with(suffix)) text.remove_suffix(suffix.size());
}

// The power of 1024 that a letter stands for, and the text without it.
int take_unit(std::string_view& text) {
  constexpr std::string_view units = "KMGT";
  if (text.empty()) return 0;
  auto const letter = text.back() >= 'a' ? static_cast<char>(text.back() - 32) : text.back();
  auto const at = units.find(letter);
  if (at == std::string_view::npos) return 0;
  text.remove_suffix(1);
  return static_cast<int>(at) + 1;
}

unsigned percent(Bytes part, Bytes whole) {
  return whole == 0 ? 0
                    : static_cast<unsigned>(static_cast<double>(part) * 100.0 /
                                            static_cast<double>(whole));
}

}  // namespace

std::string size_text(Bytes bytes) {
  if (bytes < 1024) return fmt::format("{} B", bytes);
  constexpr std::array units{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  auto value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  while (value >= 1023.95 && unit + 1 < units.size()) {
    value /= 1024;
    ++unit;
  }
  return fmt::format("{:.1f} {}", value, units[unit]);
}

std::string rate_text(BytesPerSecond rate) {
  return size_text(rate.value) + "/s";
}

std::string time_text(Duration span) {
  auto const seconds = std::chrono::round<std::chrono::seconds>(span).count();
  if (seconds < 60) return fmt::format("{} s", seconds);
  if (seconds < 3600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  if (seconds < 86400) return fmt::format("{} h {} min", seconds / 3600, seconds / 60 % 60);
  return fmt::format("{} d {} h", seconds / 86400, seconds / 3600 % 24);
}

std::optional<Bytes> parse_size(std::string_view text) {
  drop_suffix(text, "/s");
  drop_suffix(text, "B");
  drop_suffix(text, "i");
  auto const shift = 10 * take_unit(text);
  auto const dot = text.find('.');
  auto const whole = parse_number(text.substr(0, dot));
  if (!whole || *whole > (~Bytes{0} >> shift)) return std::nullopt;
  Bytes bytes = *whole << shift;
  if (dot == std::string_view::npos) return bytes;
  auto const digits = text.substr(dot + 1);
  auto const fraction = parse_number(digits);
  if (!fraction || digits.size() > 6 || shift == 0) return std::nullopt;
  double part = static_cast<double>(*fraction);
  for (std::size_t i = 0; i < digits.size(); ++i) part /= 10;
  return bytes + static_cast<Bytes>(part * static_cast<double>(Bytes{1} << shift));
}

std::optional<Duration> parse_duration(std::string_view text) {
  constexpr std::uint64_t kSecondsMax = 10ULL * 365 * 24 * 3600;
  std::uint64_t seconds = 1;
  for (auto const& [unit, size] : {std::pair{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}}) {
    if (!text.ends_with(unit)) continue;
    seconds = static_cast<std::uint64_t>(size);
    text.remove_suffix(1);
    break;
  }
  auto const count = parse_number(text);
  if (!count || *count > kSecondsMax / seconds) return std::nullopt;
  return std::chrono::seconds{*count * seconds};
}

std::optional<ByteRange> parse_range(std::string_view text) {
  auto const dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  auto const first = parse_number(text.substr(0, dash));
  auto const last = parse_number(text.substr(dash + 1));
  if (!first || !last || *last < *first || *last == ~Bytes{0}) return std::nullopt;
  return ByteRange{*first, *last + 1};
}

std::string sources_text(Progress const& progress) {
  auto const all = progress.from_origin + progress.from_peers;
  if (all == 0) return {};
  auto text = fmt::format("origin {}%", percent(progress.from_origin, all));
  if (progress.from_peers > 0) text += fmt::format(" peers {}%", percent(progress.from_peers, all));
  return text;
}

std::string progress_text(Progress const& progress) {
  std::string text;
  if (progress.files_total > 1) {
    text = fmt::format("{} of {} files  ", progress.files_done, progress.files_total);
  }
  if (!progress.bytes_total) {
    text += size_text(progress.bytes_done);
  } else {
    text += fmt::format("{}%  {} of {}", percent(progress.bytes_done, *progress.bytes_total),
                        size_text(progress.bytes_done), size_text(*progress.bytes_total));
  }
  text += "  " + rate_text(progress.rate);
  if (progress.bytes_total && progress.rate.value > 0) {
    auto const left = static_cast<double>(*progress.bytes_total - progress.bytes_done) /
                      static_cast<double>(progress.rate.value);
    auto const span = std::chrono::duration<double>(left);
    text += "  " + time_text(std::chrono::duration_cast<Duration>(span)) + " left";
  }
  auto const sources = sources_text(progress);
  return sources.empty() ? text : text + "  " + sources;
}

std::string printable(std::string_view text) {
  std::string shown(text);
  for (auto& c : shown) {
    if ((c >= 0 && c < 0x20) || c == 0x7f) c = '?';
  }
  return shown;
}

}  // namespace freshet::cli
