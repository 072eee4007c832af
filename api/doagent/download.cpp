#include "api/doagent/download.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "engine/base/url.h"

namespace freshet::doagent {

namespace {

constexpr std::uint64_t kNoProgressSecondsMin = 10;
constexpr std::array<std::string_view, 4> kStates{"Created", "Transferring", "Transferred",
                                                  "Paused"};

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  auto const end = text.data() + text.size();
  auto const parsed = std::from_chars(text.data(), end, number);
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return number;
}

Code set_uri(Download& download, std::string const& uri) {
  if (uri.empty()) return kInvalidArgument;
  if (download.state != State::created && download.state != State::paused) return kInvalidState;
  if (!is_valid_uri(uri)) return kInvalidUrl;
  download.uri = uri;
  return 0;
}

Code set_path(Download& download, std::string const& path) {
  if (path.empty()) return kInvalidArgument;
  if (download.state != State::created) return kInvalidState;
  download.path = path;
  return 0;
}

Code set_timeout(Download& download, std::string const& text) {
  auto const seconds = number_in(text);
  if (!seconds || *seconds < kNoProgressSecondsMin || *seconds > UINT32_MAX) {
    return kInvalidArgument;
  }
  download.no_progress_s = *seconds;
  return 0;
}

}  // namespace

std::string_view name(State state) {
  return kStates[static_cast<std::size_t>(state)];
}

std::optional<State> state_from(std::string_view name) {
  auto const found = std::ranges::find(kStates, name);
  if (found == kStates.end()) return std::nullopt;
  return static_cast<State>(found - kStates.begin());
}

void Download::hear_progress(Bytes done, std::optional<Bytes> size) {
  if (size) total = *size;
  transferred = std::max(transferred, done);
  if (total > 0) transferred = std::min(transferred, total);
}

void Download::pause_with(Code why, Code more) {
  state = State::paused;
  error = why;
  extended = more;
  if (why == 0 && more == 0) error = kFault;
}

Code check_start(Download const& download) {
  if (download.state != State::created) return 0;
  if (download.uri.empty()) return kNoUri;
  return download.path.empty() ? kNoDestination : 0;
}

Code check_finalize(Download const& download) {
  return download.state == State::transferred ? 0 : kInvalidState;
}

bool pause(Download& download) {
  bool const waits = download.state == State::paused && download.error == 0;
  if (download.state != State::transferring && !waits) return false;
  bool const changes = download.state == State::transferring || download.extended != 0;
  download.state = State::paused;
  download.error = download.extended = 0;
  return changes;
}

bool is_valid_uri(std::string_view uri) {
  auto const url = parse_url(uri);
  return url && (url->scheme == "http" || url->scheme == "https") && !url->host.empty();
}

Coded<std::string> get_property(Download const& download, std::string_view key) {
  if (key.empty()) return tl::unexpected(kInvalidArgument);
  auto const parameter = parameter_from(key);
  if (!parameter) return tl::unexpected(kUnknownProperty);
  switch (*parameter) {
    case Parameter::id:
      return to_string(download.id);
    case Parameter::uri:
      return download.uri;
    case Parameter::path:
      return download.path;
    case Parameter::no_progress_timeout:
      return std::to_string(download.no_progress_s);
    case Parameter::property_key:
      break;
  }
  return tl::unexpected(kUnknownProperty);
}

Coded<Changed> set_properties(Download& download, MethodCall const& call) {
  auto const& uri = call.get(Parameter::uri);
  auto const& path = call.get(Parameter::path);
  auto const& timeout = call.get(Parameter::no_progress_timeout);
  if (call.get(Parameter::property_key)) return tl::unexpected(kUnknownProperty);
  if (!uri && !path && !timeout) return tl::unexpected(kInvalidArgument);
  auto changed = download;
  Code refused = uri ? set_uri(changed, *uri) : 0;
  if (refused == 0 && path) refused = set_path(changed, *path);
  if (refused == 0 && timeout) refused = set_timeout(changed, *timeout);
  if (refused != 0) return tl::unexpected(refused);
  Changed const what{changed.uri != download.uri};
  download = std::move(changed);
  return what;
}

}  // namespace freshet::doagent
