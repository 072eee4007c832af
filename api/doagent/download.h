// One download: a URL, a file, a state, and the rules of what may be done in which state.
//
// A plain value without I/O; the table of downloads guards it. What is kept over a restart of the
// agent is all of it (`record_text.h`).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/doagent/call.h"
#include "api/doagent/codes.h"
#include "freshet/job.h"

namespace freshet::doagent {

// Callers never see `Finalized` and `Aborted`: the id is forgotten by then.
enum class State : std::uint8_t { created, transferring, transferred, paused };
[[nodiscard]] std::string_view name(State state);
[[nodiscard]] std::optional<State> state_from(std::string_view name);

// Which file of the disk the destination is, so that another one in its place is told apart.
struct FileKey {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  bool operator==(FileKey const&) const = default;
};

struct Download {
  JobId id;  // A UUID of its own; the job of the engine has another.
  std::uint32_t owner = 0;
  std::string uri;
  std::string path;
  std::uint64_t no_progress_s = 0;  // 0: the default.
  State state = State::created;
  Code error = 0;
  Code extended = 0;
  Bytes total = 0;
  Bytes transferred = 0;
  std::optional<FileKey> file;  // Made by this download.
  std::optional<JobId> job;
  WallTime created{};
  WallTime touched{};  // The last time that a caller changed something.
  bool operator==(Download const&) const = default;

  // Progress never falls, and never exceeds the size.
  void hear_progress(Bytes done, std::optional<Bytes> size);
  // By itself: never with both codes 0, which means that a caller did it.
  void pause_with(Code why, Code more);
};

// 0, or why a start is refused; what the disk says comes after that.
[[nodiscard]] Code check_start(Download const& download);
// 0, or why it is refused: only what is Transferred is finalized.
[[nodiscard]] Code check_finalize(Download const& download);
// What a caller's pause does; false: nothing.
bool pause(Download& download);

// Whether it can be fetched at all: http or https, with a host.
[[nodiscard]] bool is_valid_uri(std::string_view uri);

[[nodiscard]] Coded<std::string> get_property(Download const& download, std::string_view key);
struct Changed {
  bool uri = false;  // Another one than before.
};
// All of what `call` gives, or nothing of it.
[[nodiscard]] Coded<Changed> set_properties(Download& download, MethodCall const& call);

}  // namespace freshet::doagent
