#include "api/daemon/journal.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace freshet::daemon {

namespace {

constexpr char const* kSocket = "/run/systemd/journal/socket";
constexpr std::size_t kFieldNameMax = 64;  // systemd.journal-fields(7)

// Values with line feeds are given by their length (JOURNAL_NATIVE_PROTOCOL).
void put(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  if (value.find('\n') == std::string_view::npos) {
    out += '=';
  } else {
    out += '\n';
    for (int shift = 0; shift < 64; shift += 8) {
      out += static_cast<char>(std::uint64_t{value.size()} >> shift & 0xff);
    }
  }
  out += value;
  out += '\n';
}

std::string field_name(std::string_view key) {
  std::string name = "FRESHET_";
  for (char const c : key.substr(0, kFieldNameMax - name.size())) {
    bool const lower = c >= 'a' && c <= 'z';
    bool const usable = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    name += lower ? static_cast<char>(c - 32) : usable ? c : '_';
  }
  return name;
}

// What stands from `at` on, quoted or up to the next space; `at` moves behind it.
std::string take_value(std::string_view line, std::size_t& at) {
  std::string value;
  bool const quoted = at < line.size() && line[at] == '"';
  if (quoted) ++at;
  for (; at < line.size(); ++at) {
    if (quoted ? line[at] == '"' : line[at] == ' ') break;
    if (line[at] == '\\' && at + 1 < line.size()) ++at;
    value += line[at];
  }
  if (quoted && at < line.size()) ++at;
  return value;
}

// Where the word that begins at `begin` has its `=`, when it is a key.
std::size_t key_end(std::string_view line, std::size_t begin) {
  auto const end = line.find_first_of(" =", begin);
  bool const key = end != std::string_view::npos && line[end] == '=' && end > begin;
  return key ? end : std::string_view::npos;
}

void put_fields(std::string& out, std::string_view line) {
  std::size_t at = 0;
  std::size_t event_end = line.size();
  while (at < line.size()) {
    if (auto const equals = key_end(line, at); equals != std::string_view::npos) {
      if (event_end == line.size()) event_end = at;
      auto const name = field_name(line.substr(at, equals - at));
      at = equals + 1;
      put(out, name, take_value(line, at));
      at = line.find_first_not_of(' ', at);
    } else {
      auto const space = line.find(' ', at);
      at = space == std::string_view::npos ? space : line.find_first_not_of(' ', space);
    }
    if (at == std::string_view::npos) break;
  }
  auto event = line.substr(0, event_end);
  while (event.ends_with(' ')) event.remove_suffix(1);
  if (!event.empty()) put(out, "FRESHET_EVENT", event);
}

// JOURNAL_STREAM names the device and inode that standard error must have: it may have been
// inherited by a program whose output goes elsewhere.
bool stderr_is_journal() {
  auto const* const stream = std::getenv("JOURNAL_STREAM");
  struct stat state {};
  if (stream == nullptr || ::fstat(STDERR_FILENO, &state) != 0) return false;
  return std::to_string(state.st_dev) + ":" + std::to_string(state.st_ino) == stream;
}

}  // namespace

std::string journal_message(LogSeverity severity, std::string_view line) {
  constexpr std::array priorities{"3", "4", "6", "7"};  // syslog(3)
  std::string out;
  put(out, "MESSAGE", line);
  put(out, "PRIORITY", priorities.at(static_cast<std::size_t>(severity)));
  put(out, "SYSLOG_IDENTIFIER", "freshetd");
  put_fields(out, line);
  return out;
}

std::optional<Journal> Journal::connected() {
  if (!stderr_is_journal()) return std::nullopt;
  auto const* const other = std::getenv("FRESHET_JOURNAL_SOCKET");
  std::string_view const path = other != nullptr ? other : kSocket;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return std::nullopt;
  std::memcpy(address.sun_path, path.data(), path.size());
  int const descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return std::nullopt;
  Journal journal(descriptor);
  auto const* const generic = reinterpret_cast<sockaddr const*>(&address);
  if (::connect(descriptor, generic, sizeof address) != 0) return std::nullopt;
  return journal;
}

Journal::~Journal() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Journal::Journal(Journal&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

bool Journal::write(LogSeverity severity, std::string_view line) const {
  auto const message = journal_message(severity, line);
  return ::send(descriptor_, message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

}  // namespace freshet::daemon
