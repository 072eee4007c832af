// Where the errors of jobs belong (freshet/job.h).
#include "freshet/job.h"

namespace freshet {

ErrorContext context_of(Errc code) {
  auto const number = static_cast<unsigned>(code);
  if (code == Errc::internal) return ErrorContext::unknown;
  if (number >= static_cast<unsigned>(Errc::disk_full) &&
      number <= static_cast<unsigned>(Errc::store_corrupt)) {
    return ErrorContext::local_file;
  }
  if (number >= static_cast<unsigned>(Errc::name_not_resolved) &&
      number <= static_cast<unsigned>(Errc::proxy_failed)) {
    return ErrorContext::transport;
  }
  if (code == Errc::network_absent) return ErrorContext::transport;
  if (number >= static_cast<unsigned>(Errc::http_unauthorized) &&
      number <= static_cast<unsigned>(Errc::validation_failed)) {
    return ErrorContext::remote_file;
  }
  return ErrorContext::queue;
}

std::string_view to_string(ErrorContext context) {
  switch (context) {
    case ErrorContext::none:
      return "none";
    case ErrorContext::unknown:
      return "unknown";
    case ErrorContext::queue:
      return "queue";
    case ErrorContext::notification:
      return "notification";
    case ErrorContext::local_file:
      return "local_file";
    case ErrorContext::remote_file:
      return "remote_file";
    case ErrorContext::transport:
      return "transport";
  }
  return "unknown";
}

std::string_view to_string(Notice::Kind kind) {
  switch (kind) {
    case Notice::Kind::file_transferred:
      return "file_transferred";
    case Notice::Kind::transferred:
      return "transferred";
    case Notice::Kind::error:
      return "error";
    case Notice::Kind::modification:
      return "modification";
  }
  return "unknown";
}

}  // namespace freshet
