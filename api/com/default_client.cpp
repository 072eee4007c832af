#include "api/com/default_client.h"

#include <cstdlib>
#include <filesystem>

namespace freshet::com {

namespace {

// A daemon that runs answers at once.
constexpr Duration kDaemonPatience = std::chrono::milliseconds{200};

std::string environment(char const* name) {
  auto const* const value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

// The one of the command line.
Result<std::string> data_directory() {
  auto const data_home = environment("XDG_DATA_HOME");
  if (data_home.starts_with('/')) return data_home + "/freshet";
  auto const home = environment("HOME");
  if (home.starts_with('/')) return home + "/.local/share/freshet";
  return fail(Errc::invalid_argument, "HOME", "is not set");
}

}  // namespace

Result<DefaultClient> open_default_client() {
  ConnectOptions daemon;
  daemon.connect_timeout = kDaemonPatience;
  if (auto connected = Client::connect(daemon)) return DefaultClient{std::move(*connected), false};
  auto directory = data_directory();
  if (!directory) return tl::unexpected(directory.error());
  std::error_code failed;
  std::filesystem::create_directories(std::filesystem::path(*directory).parent_path(), failed);
  Options options;
  options.data_dir = std::move(*directory);
  auto opened = Client::open(std::move(options));
  if (!opened) return tl::unexpected(opened.error());
  return DefaultClient{std::move(*opened), true};
}

}  // namespace freshet::com
