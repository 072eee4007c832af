#include "api/cli/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>

#include <nlohmann/json.hpp>

#include "api/cli/exit_code.h"
#include "api/cli/json_text.h"
#include "api/cli/text.h"

namespace freshet::cli {

namespace {

void put(std::FILE* stream, std::string_view text) {
  static_cast<void>(std::fwrite(text.data(), 1, text.size(), stream));
  std::fflush(stream);
}

std::size_t columns() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 2) return 79;
  return size.ws_col - 1U;
}

}  // namespace

Console::Console(ConsoleOptions options)
    : options_(options), terminal_(::isatty(STDERR_FILENO) == 1) {}

void Console::result(std::string_view line) {
  clear_status();
  put(stdout, std::string(line) + "\n");
}

void Console::record(nlohmann::json const& value) {
  result(line_of(value));
}

void Console::note(std::string_view line) {
  if (options_.json || options_.quiet) return;
  clear_status();
  put(stderr, std::string(line) + "\n");
}

void Console::status(std::string_view line) {
  if (options_.json || options_.quiet) return;
  if (!terminal_) return note(line);
  put(stderr, "\r\x1b[K" + std::string(line.substr(0, columns())));
  status_shown_ = true;
}

void Console::clear_status() {
  if (status_shown_) put(stderr, "\r\x1b[K");
  status_shown_ = false;
}

int Console::error(Error const& error) {
  clear_status();
  if (options_.json) {
    record(nlohmann::json{{"event", "error"}, {"error", to_json(error)}});
  } else {
    put(stderr, "freshet: " + printable(describe(error)) + "\n");
  }
  return exit_code(error.code);
}

}  // namespace freshet::cli
