#include "api/wire/names.h"

#include <array>

#include "engine/base/error_table.h"

namespace freshet::wire {

namespace {

// How many values an enumeration that counts from 0 has.
template <typename E>
constexpr unsigned kCount = 0;
template <>
constexpr unsigned kCount<JobState> = 9;
template <>
constexpr unsigned kCount<Priority> = 4;
template <>
constexpr unsigned kCount<Trust> = 4;
template <>
constexpr unsigned kCount<ErrorContext> = 7;
template <>
constexpr unsigned kCount<JobEvent::Kind> = 4;
template <>
constexpr unsigned kCount<Notice::Kind> = 4;
template <>
constexpr unsigned kCount<PeerClass> = 4;
template <>
constexpr unsigned kCount<PolicyOrigin> = 3;
template <>
constexpr unsigned kCount<FileState> = 4;

}  // namespace

std::string_view name_of(JobState state) {
  return to_string(state);
}
std::string_view name_of(Priority priority) {
  return to_string(priority);
}
std::string_view name_of(Trust trust) {
  return to_string(trust);
}
std::string_view name_of(ErrorContext context) {
  return to_string(context);
}
std::string_view name_of(JobEvent::Kind kind) {
  constexpr std::array<std::string_view, 4> kNames{"state", "progress", "file_transferred",
                                                   "removed"};
  return kNames[static_cast<std::size_t>(kind)];
}
std::string_view name_of(Notice::Kind kind) {
  return to_string(kind);
}
std::string_view name_of(PeerClass peer_class) {
  return name(peer_class);
}
std::string_view name_of(PolicyOrigin origin) {
  constexpr std::array<std::string_view, 3> kNames{"default", "file", "command_line"};
  return kNames[static_cast<std::size_t>(origin)];
}
std::string_view name_of(FileState state) {
  constexpr std::array<std::string_view, 4> kNames{"downloading", "complete", "caching", "paused"};
  return kNames[static_cast<std::size_t>(state)];
}
std::string_view name_of(DownloadMode mode) {
  return name(mode);
}
std::string_view name_of(Errc code) {
  return name(code);
}

template <typename E>
std::optional<E> from_name(std::string_view name) {
  static_assert(kCount<E> > 0);
  for (unsigned i = 0; i < kCount<E>; ++i) {
    if (name_of(static_cast<E>(i)) == name) return static_cast<E>(i);
  }
  return std::nullopt;
}

template <>
std::optional<DownloadMode> from_name<DownloadMode>(std::string_view name) {
  auto const mode = download_mode_from_string(name);
  return mode && name_of(*mode) == name ? mode : std::nullopt;
}

template <>
std::optional<Errc> from_name<Errc>(std::string_view name) {
  for (auto const& row : error_table()) {
    if (row.name == name) return row.code;
  }
  return std::nullopt;
}

template std::optional<JobState> from_name(std::string_view);
template std::optional<Priority> from_name(std::string_view);
template std::optional<Trust> from_name(std::string_view);
template std::optional<ErrorContext> from_name(std::string_view);
template std::optional<JobEvent::Kind> from_name(std::string_view);
template std::optional<Notice::Kind> from_name(std::string_view);
template std::optional<PeerClass> from_name(std::string_view);
template std::optional<PolicyOrigin> from_name(std::string_view);
template std::optional<FileState> from_name(std::string_view);

}  // namespace freshet::wire
