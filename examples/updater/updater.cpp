// A system with two slots, "a" and "b", that updates itself: updater FOLDER URL SHA256 [MANIFEST]
//
// The image goes into the slot that is not in use while it arrives, and the system switches over
// once every byte is proven right and durable. Whatever ends this program, it goes on where it was
// when it is started again: the job, and what has arrived, are kept.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "freshet/client.h"

namespace {

using namespace freshet;

constexpr auto kJobName = "system update";

struct Update {
  std::string folder;
  std::string url;
  Digest sha256;
  std::string manifest;  // With it each piece is judged as it comes, so that it can be written.
};

std::string active_slot(std::string const& folder) {
  std::ifstream file(folder + "/active");
  std::string slot;
  file >> slot;
  return slot == "b" ? "b" : "a";
}

// Renamed into place: after a power cut one slot or the other is active, never none.
Result<void> activate(std::string const& folder, std::string const& slot) {
  auto const fresh = folder + "/active.new";
  int const file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return fail(Errc::io_error, fresh, std::strerror(errno));
  bool const written = ::write(file, slot.data(), slot.size()) == 1 && ::fsync(file) == 0;
  bool const done =
      ::close(file) == 0 && written && ::rename(fresh.c_str(), (folder + "/active").c_str()) == 0;
  if (!done) return fail(Errc::io_error, fresh, std::strerror(errno));
  return {};
}

// The daemon of this machine shares with neighbours; without one the engine is in this process.
Result<Client> open_client(std::string const& folder) {
  if (auto client = Client::connect({.connect_timeout = std::chrono::milliseconds{500}})) {
    return client;
  }
  Options options;
  options.data_dir = folder + "/freshet";
  return Client::open(std::move(options));
}

// The job of an update that was interrupted, or a new one.
Result<JobId> find_or_start(Client& client, Update const& update) {
  auto const jobs = client.jobs();
  if (!jobs) return tl::unexpected(jobs.error());
  for (auto const& job : *jobs) {
    auto const files = client.files(job.id);
    bool const same = job.spec.name == kJobName && files && files->size() == 1 &&
                      files->front().spec.sha256 == update.sha256;
    if (!same) continue;
    if (job.state == JobState::transferred) return job.id;
    if (auto resumed = client.resume(job.id); !resumed) return tl::unexpected(resumed.error());
    return job.id;
  }
  JobSpec spec;
  spec.name = kJobName;
  spec.no_progress_timeout = std::chrono::minutes{10};
  FileSpec file;
  file.urls = {update.url};
  file.path = update.folder + "/image";  // Never used: the slot takes its place.
  file.sha256 = update.sha256;
  file.manifest = update.manifest;
  return client.start(std::move(spec), {std::move(file)});
}

Result<void> write_all(int file, std::span<std::byte const> bytes, std::string const& path) {
  while (!bytes.empty()) {
    auto const written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail(Errc::io_error, path, std::strerror(errno));
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

// Bytes come in order, verified; a slow disk here delays nobody else.
Result<void> fill_slot(Client& client, JobId job, std::string const& path) {
  int const slot = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (slot < 0) return fail(Errc::io_error, path, std::strerror(errno));
  auto const sink = [&](std::span<std::byte const> bytes) { return write_all(slot, bytes, path); };
  auto const streamed = client.stream(job, 0, sink);
  bool const durable = ::fsync(slot) == 0 && ::close(slot) == 0;
  if (!streamed) return tl::unexpected(streamed.error());
  if (!durable) return fail(Errc::io_error, path, std::strerror(errno));
  return {};
}

Result<void> run(Update const& update) {
  auto client = open_client(update.folder);
  if (!client) return tl::unexpected(client.error());
  auto const job = find_or_start(*client, update);
  if (!job) return tl::unexpected(job.error());
  std::string const slot = active_slot(update.folder) == "a" ? "b" : "a";
  auto filled = fill_slot(*client, *job, update.folder + "/slot-" + slot);
  // Only now the digest of the whole has been compared.
  auto const end = client->wait(*job);
  if (filled && end && end->state == JobState::transferred) {
    if (auto active = activate(update.folder, slot); !active) return active;
    auto const completed = client->complete_placed(*job, {0});
    return completed ? Result<void>() : tl::unexpected(completed.error());
  }
  static_cast<void>(client->cancel(*job));
  if (end && end->error) return tl::unexpected(end->error->error);
  return filled ? tl::unexpected(end.error()) : filled;
}

}  // namespace

int main(int count, char** words) {
  auto const sha256 = count >= 4 ? digest_from_hex(words[3]) : std::nullopt;
  if (!sha256) {
    std::fputs("usage: updater FOLDER URL SHA256 [MANIFEST]\n", stderr);
    return 2;
  }
  auto const folder = std::filesystem::absolute(words[1]).string();
  auto const updated = run({folder, words[2], *sha256, count >= 5 ? words[4] : ""});
  if (updated) return 0;
  std::fputs((describe(updated.error()) + "\n").c_str(), stderr);
  return 1;
}
