#include "api/doagent/configuration.h"

#include <fcntl.h>
#include <unistd.h>

#include "api/descriptor.h"
#include "api/small_file.h"

namespace freshet::doagent {

namespace {

constexpr std::string_view kNothing = "{}\n";

}  // namespace

void Configuration::prepare() const {
  auto const path = folder_ + "/admin-config.json";
  local::Descriptor const file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0664));
  if (file) static_cast<void>(!::write(file.get(), kNothing.data(), kNothing.size()));
}

void Configuration::refresh() {
  auto const now = std::chrono::steady_clock::now();
  if (read_ && now - *read_ < kAgeMax) return;
  read_ = now;
  auto const admin = read_small_file(folder_ + "/admin-config.json", kSettingsBytesMax);
  auto const client = read_small_file(folder_ + "/sdk-config.json", kSettingsBytesMax);
  admin_ = read_admin_settings(admin ? *admin : std::string());
  gateway_ = client ? read_gateway(*client) : std::string();
}

AdminSettings Configuration::admin() {
  std::lock_guard const lock(mutex_);
  refresh();
  return admin_;
}

std::string Configuration::cache_host() {
  std::lock_guard const lock(mutex_);
  refresh();
  return admin_.cache_host ? *admin_.cache_host : gateway_;
}

void Configuration::forget() {
  std::lock_guard const lock(mutex_);
  read_.reset();
}

}  // namespace freshet::doagent
