// Enumerations by name, both ways. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "freshet/client.h"

namespace freshet::wire {

[[nodiscard]] std::string_view name_of(JobState state);
[[nodiscard]] std::string_view name_of(Priority priority);
[[nodiscard]] std::string_view name_of(Trust trust);
[[nodiscard]] std::string_view name_of(ErrorContext context);
[[nodiscard]] std::string_view name_of(JobEvent::Kind kind);
[[nodiscard]] std::string_view name_of(Notice::Kind kind);
[[nodiscard]] std::string_view name_of(PeerClass peer_class);
[[nodiscard]] std::string_view name_of(PolicyOrigin origin);
[[nodiscard]] std::string_view name_of(FileState state);
[[nodiscard]] std::string_view name_of(DownloadMode mode);
[[nodiscard]] std::string_view name_of(Errc code);

// Of one of the types above.
template <typename E>
[[nodiscard]] std::optional<E> from_name(std::string_view name);

}  // namespace freshet::wire
