// The journal of systemd by its native protocol, so that what a line says can be searched by field.
//
// `journal_message` is pure. The socket: any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "freshet/client.h"

namespace freshet::daemon {

// A datagram: the line as MESSAGE, its severity as PRIORITY, the words before its first key as
// FRESHET_EVENT, and each key=value as FRESHET_KEY.
[[nodiscard]] std::string journal_message(LogSeverity severity, std::string_view line);

class Journal {
 public:
  // Nothing when standard error does not lead to the journal, or it cannot be reached.
  [[nodiscard]] static std::optional<Journal> connected();
  ~Journal();
  Journal(Journal&& other) noexcept;
  Journal& operator=(Journal&&) = delete;

  // False when it takes nothing now: nobody waits for it.
  [[nodiscard]] bool write(LogSeverity severity, std::string_view line) const;

 private:
  explicit Journal(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace freshet::daemon
