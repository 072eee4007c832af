// Text forms of what applications see of jobs.
#include "freshet/job.h"

namespace freshet {

namespace {

constexpr std::size_t kIdText = 36;

constexpr bool is_dash(std::size_t at) {
  return at == 8 || at == 13 || at == 18 || at == 23;
}

int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string to_string(JobId const& id) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (std::byte const byte : id.bytes) {
    if (is_dash(text.size())) text += '-';
    text += digits[std::to_integer<unsigned>(byte) >> 4];
    text += digits[std::to_integer<unsigned>(byte) & 15];
  }
  return text;
}

std::optional<JobId> job_id_from_string(std::string_view text) {
  if (text.size() != kIdText) return std::nullopt;
  JobId id;
  std::size_t at = 0;
  for (std::byte& byte : id.bytes) {
    if (is_dash(at) && text[at++] != '-') return std::nullopt;
    int const high = nibble(text[at++]);
    int const low = nibble(text[at++]);
    if (high < 0 || low < 0) return std::nullopt;
    byte = static_cast<std::byte>(high * 16 + low);
  }
  return id;
}

std::string_view to_string(JobState state) {
  switch (state) {
    case JobState::suspended:
      return "suspended";
    case JobState::queued:
      return "queued";
    case JobState::connecting:
      return "connecting";
    case JobState::transferring:
      return "transferring";
    case JobState::transient_error:
      return "transient_error";
    case JobState::error:
      return "error";
    case JobState::transferred:
      return "transferred";
    case JobState::acknowledged:
      return "acknowledged";
    case JobState::cancelled:
      return "cancelled";
  }
  return "unknown";
}

std::string_view to_string(Priority priority) {
  switch (priority) {
    case Priority::foreground:
      return "foreground";
    case Priority::high:
      return "high";
    case Priority::normal:
      return "normal";
    case Priority::low:
      return "low";
  }
  return "unknown";
}

}  // namespace freshet
