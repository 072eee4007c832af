#include "api/remote/placing.h"

#include <unistd.h>

#include <utility>

#include "api/remote/destination.h"
#include "api/wire/wire.h"

namespace freshet::remote {

namespace {

bool is_gone(Error const& error) {
  return error.code == Errc::job_not_found;
}

}  // namespace

std::string Placing::target(std::string_view act) const {
  return "/v1/jobs/" + to_string(job_) + "/" + std::string(act);
}

Result<Completion> Placing::run() {
  if (auto done = place_by_path()) return std::move(*done);
  auto const files = list();
  if (!files) return tl::unexpected(files.error());
  std::vector<std::uint32_t> placed;
  std::vector<std::uint32_t> batch;
  auto const flush = [&]() -> Result<void> {
    if (batch.empty()) return {};
    if (auto done = place(*files, batch); !done) return done;
    placed.insert(placed.end(), batch.begin(), batch.end());
    batch.clear();
    return {};
  };
  for (std::uint32_t i = 0; i < files->size(); ++i) {
    if (!(*files)[i].transferred || (*files)[i].placed) continue;
    batch.push_back(i);
    if (batch.size() < kBatchMax) continue;
    if (auto done = flush(); !done) return tl::unexpected(done.error());
  }
  if (auto done = flush(); !done) return tl::unexpected(done.error());
  return finish(std::move(placed), files->size());
}

// The same user there as here: its files are renamed rather than copied.
std::optional<Result<Completion>> Placing::place_by_path() {
  if (calls_.daemon_uid() != ::geteuid()) return std::nullopt;
  auto const reply =
      calls_.call({.method = "POST", .target = target("complete"), .body = "{}", .slow = true});
  if (reply.body) return wire::read<Completion>(*reply.body, wire::Unknown::ignore);
  auto const code = reply.body.error().code;
  if (code == Errc::policy_refused || code == Errc::not_supported) return std::nullopt;
  if (reply.repeated && is_gone(reply.body.error())) return Result<Completion>(Completion{});
  return tl::unexpected(reply.body.error());
}

Result<std::vector<FileInfo>> Placing::list() {
  auto const reply = calls_.call({.target = target("files")});
  if (!reply.body) return tl::unexpected(reply.body.error());
  auto files = wire::read<wire::FileList>(*reply.body, wire::Unknown::ignore);
  if (!files) return tl::unexpected(files.error());
  return std::move(files->files);
}

Result<void> Placing::place(std::vector<FileInfo> const& files,
                            std::vector<std::uint32_t> const& batch) {
  std::vector<Destination> places;
  Request request{.method = "POST", .target = target("place"), .slow = true};
  for (auto const index : batch) {
    auto place = Destination::open(files[index].spec.path,
                                   ".freshet-" + to_string(job_) + "-" + std::to_string(index));
    if (!place) return tl::unexpected(place.error());
    request.descriptors.push_back(place->get());
    places.push_back(std::move(*place));
  }
  request.body = wire::write(wire::PlaceRequest{batch});
  auto const reply = calls_.call(request);
  if (!reply.body) return tl::unexpected(reply.body.error());
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (auto put = places[i].put(files[batch[i]].modified); !put) return put;
  }
  for (auto const& place : places) {
    if (auto synced = place.sync_directory(); !synced) return synced;
  }
  return {};
}

Result<Completion> Placing::finish(std::vector<std::uint32_t> placed, std::size_t files) {
  Completion const counted{static_cast<std::uint32_t>(placed.size()),
                           static_cast<std::uint32_t>(files - placed.size())};
  auto const reply = calls_.call({.method = "POST",
                                  .target = target("complete"),
                                  .body = wire::write(wire::CompleteRequest{std::move(placed)})});
  if (reply.body) return wire::read<Completion>(*reply.body, wire::Unknown::ignore);
  // An attempt whose answer was lost has ended it.
  if (reply.repeated && is_gone(reply.body.error())) return counted;
  return tl::unexpected(reply.body.error());
}

}  // namespace freshet::remote
