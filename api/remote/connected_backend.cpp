#include "api/remote/connected_backend.h"

#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "api/client/manifests.h"
#include "api/client/path_check.h"
#include "api/remote/new_id.h"
#include "api/remote/parsed.h"
#include "api/remote/placing.h"
#include "engine/base/assert.h"
#include "engine/base/base64.h"

namespace freshet::remote {

namespace {

constexpr std::chrono::seconds kWaitTurn{30};  // Of the daemon, at a time.

std::string job_path(JobId job, std::string_view rest = {}) {
  return "/v1/jobs/" + to_string(job) + (rest.empty() ? "" : "/") + std::string(rest);
}

std::string content_path(ContentId const& content, std::string_view act) {
  return "/v1/contents/" + to_string(content) + "/" + std::string(act);
}

Result<void> prepare(std::vector<FileSpec>& files) {
  if (auto checked = check_paths(files); !checked) return checked;
  return read_manifests(files);
}

bool same(FileSpec const& a, FileSpec const& b) {
  return a.urls == b.urls && a.path == b.path && a.ranges == b.ranges && a.sha256 == b.sha256 &&
         a.content == b.content;
}

}  // namespace

Connection::Connection(ConnectOptions options) : calls(std::move(options)) {}

Connection::~Connection() {
  thread->stop();
}

Reply ConnectedBackend::call(Request const& request) const {
  FRESHET_ASSERT(!connection_->thread->in_thread());
  if (refused_) {
    return {fail(Errc::access_denied, "caller",
                 "is not the user of this process, whom alone the "
                 "daemon believes"),
            false};
  }
  return connection_->calls.call(request);
}

template <typename T>
Result<T> ConnectedBackend::ask(Request const& request) const {
  return parsed<T>(call(request).body);
}

Result<void> ConnectedBackend::act(JobId job, std::string_view what) const {
  auto const reply = call({.method = "POST", .target = job_path(job, what)});
  if (reply.body) return {};
  return tl::unexpected(reply.body.error());
}

std::unique_ptr<ClientMaker::Backend> ConnectedBackend::as(Caller caller) const {
  return std::make_unique<ConnectedBackend>(connection_, caller.uid != ::geteuid());
}

Result<JobId> ConnectedBackend::create(JobSpec spec, std::vector<FileSpec> files, bool start,
                                       std::optional<JobId> id) {
  if (auto prepared = prepare(files); !prepared) return tl::unexpected(prepared.error());
  auto const made = id ? Result<JobId>(*id) : new_id();
  if (!made) return made;
  wire::NewJobRequest const job{std::move(spec), std::move(files), start};
  auto const created = ask<wire::JobCreated>(
      {.method = "POST", .target = "/v1/jobs", .body = wire::write(job), .key = to_string(*made)});
  if (!created) return tl::unexpected(created.error());
  return created->id;
}

Result<void> ConnectedBackend::add_files(JobId job, std::vector<FileSpec> files) {
  if (auto prepared = prepare(files); !prepared) return prepared;
  wire::FilesRequest const request{std::move(files)};
  Request const post{
      .method = "POST", .target = job_path(job, "files"), .body = wire::write(request)};
  if (refused_) return tl::unexpected(call(post).body.error());
  // Not sent again blindly: the first attempt may have added them.
  auto reply = connection_->calls.call(post, Duration::zero());
  if (reply.body) return {};
  bool const lost = reply.body.error().code == Errc::daemon_unavailable;
  if (!lost) return tl::unexpected(reply.body.error());
  if (reply.repeated && has_at_its_end(job, request.files)) return {};
  reply = call(post);
  return reply.body ? Result<void>() : tl::unexpected(reply.body.error());
}

bool ConnectedBackend::has_at_its_end(JobId job, std::vector<FileSpec> const& files) const {
  auto const there = this->files(job);
  if (!there || there->size() < files.size()) return false;
  auto const last = there->end() - static_cast<std::ptrdiff_t>(files.size());
  return std::equal(files.begin(), files.end(), last,
                    [](FileSpec const& a, FileInfo const& b) { return same(a, b.spec); });
}

Result<void> ConnectedBackend::resume(JobId job) {
  auto const reply = call({.method = "POST", .target = job_path(job, "resume")});
  if (reply.body) return {};
  // It was resumed, and may be done already.
  bool const empty = reply.body.error().code == Errc::job_empty;
  if (reply.repeated && empty) {
    if (auto const now = this->job(job); now && now->state == JobState::transferred) return {};
  }
  return tl::unexpected(reply.body.error());
}

Result<void> ConnectedBackend::suspend(JobId job) {
  return act(job, "suspend");
}

Result<void> ConnectedBackend::cancel(JobId job) {
  auto const reply = call({.method = "POST", .target = job_path(job, "cancel")});
  bool const gone = !reply.body && reply.body.error().code == Errc::job_not_found;
  if (!reply.body && !(reply.repeated && gone)) return tl::unexpected(reply.body.error());
  connection_->notices->forget(job);
  return {};
}

Result<Completion> ConnectedBackend::complete(JobId job) {
  // Also tells whether the daemon is there and who it is.
  if (auto const known = this->job(job); !known) return tl::unexpected(known.error());
  auto completion = Placing(connection_->calls, job).run();
  if (completion) connection_->notices->forget(job);
  return completion;
}

Result<void> ConnectedBackend::place_into(JobId job, std::uint32_t file, int descriptor) {
  Request request{.method = "POST",
                  .target = job_path(job, "place"),
                  .body = wire::write(wire::PlaceRequest{{file}}),
                  .slow = true};
  request.descriptors.push_back(descriptor);
  auto const reply = call(std::move(request));
  return reply.body ? Result<void>() : tl::unexpected(reply.body.error());
}

Result<Completion> ConnectedBackend::complete_placed(JobId job, std::vector<std::uint32_t> placed) {
  wire::CompleteRequest request{std::move(placed)};
  return ask<Completion>(
      {.method = "POST", .target = job_path(job, "complete"), .body = wire::write(request)});
}

Result<ReadBytes> ConnectedBackend::read(JobId job, std::uint32_t file, Bytes begin,
                                         std::span<std::byte> into) const {
  Request const request{.target = job_path(job, "files/" + std::to_string(file) + "/bytes"),
                        .range = ByteRange{begin, begin + into.size()}};
  auto const reply = call(request);
  ReadBytes got{0, reply.head.whole, reply.head.version};
  if (!reply.body) {
    auto const code = reply.body.error().code;
    bool const at_end = code == Errc::invalid_range && got.length == begin;
    if (code == Errc::not_yet || at_end) return got;
    return tl::unexpected(reply.body.error());
  }
  if (reply.body->empty() || reply.body->size() > into.size()) {
    return fail(Errc::protocol_error, "daemon", "sent other bytes than were asked for");
  }
  got.size = reply.body->size();
  std::memcpy(into.data(), reply.body->data(), got.size);
  return got;
}

Result<void> ConnectedBackend::prefer(JobId job, std::uint32_t file,
                                      std::vector<ByteRange> ranges) {
  auto const reply = call({.method = "PUT",
                           .target = job_path(job, "files/" + std::to_string(file) + "/preferred"),
                           .body = wire::write(wire::RangesRequest{std::move(ranges)})});
  return reply.body ? Result<void>() : tl::unexpected(reply.body.error());
}

Result<void> ConnectedBackend::configure(JobId job, JobSpec spec) {
  auto const reply =
      call({.method = "PUT", .target = job_path(job, "spec"), .body = wire::write(spec)});
  return reply.body ? Result<void>() : tl::unexpected(reply.body.error());
}

Result<void> ConnectedBackend::set_urls(JobId job, std::uint32_t file,
                                        std::vector<std::string> urls) {
  auto const reply = call({.method = "PUT",
                           .target = job_path(job, "files/" + std::to_string(file) + "/urls"),
                           .body = wire::write(wire::UrlsRequest{std::move(urls)})});
  return reply.body ? Result<void>() : tl::unexpected(reply.body.error());
}

Result<void> ConnectedBackend::change_file(JobId job, std::uint32_t file, FileChange change) {
  if (auto checked = check_paths(change); !checked) return checked;
  if (auto read = read_manifests(change); !read) return read;
  auto const reply = call({.method = "PATCH",
                           .target = job_path(job, "files/" + std::to_string(file)),
                           .body = wire::write(change)});
  return reply.body ? Result<void>() : tl::unexpected(reply.body.error());
}

Result<std::uint32_t> ConnectedBackend::replace_prefix(JobId job, std::string const& from,
                                                       std::string const& to) {
  auto const changed =
      ask<wire::FilesChanged>({.method = "POST",
                               .target = job_path(job, "replace-prefix"),
                               .body = wire::write(wire::PrefixRequest{from, to})});
  if (!changed) return tl::unexpected(changed.error());
  return changed->changed;
}

Result<void> ConnectedBackend::validate(JobId job, std::uint32_t file, bool right) {
  auto const reply = call({.method = "POST",
                           .target = job_path(job, "files/" + std::to_string(file) + "/validate"),
                           .body = wire::write(wire::ValidationRequest{right})});
  // A file that was refused is not transferred any more.
  bool const done = !reply.body && reply.repeated && reply.body.error().code == Errc::not_yet;
  return reply.body || done ? Result<void>() : tl::unexpected(reply.body.error());
}

Result<void> ConnectedBackend::take_ownership(JobId job) {
  return act(job, "take-ownership");
}

Result<void> ConnectedBackend::notify(JobId job, Client::NoticeHandler handler) {
  if (auto const known = this->job(job); !known) return tl::unexpected(known.error());
  return connection_->notices->set(job, std::move(handler));
}

Result<JobInfo> ConnectedBackend::job(JobId job) const {
  return ask<JobInfo>({.target = job_path(job)});
}

Result<JobPage> ConnectedBackend::page(JobPageWish const& wish) const {
  auto list =
      ask<wire::JobList>({.target = "/v1/jobs?all=" + std::string(wish.all ? "true" : "false") +
                                    "&after=" + std::to_string(wish.after) +
                                    "&limit=" + std::to_string(wish.count_max)});
  if (!list) return tl::unexpected(list.error());
  return JobPage{std::move(list->jobs), list->next};
}

Result<std::vector<JobInfo>> ConnectedBackend::all_pages(bool all) const {
  std::vector<JobInfo> jobs;
  JobPageWish wish{.all = all};
  while (true) {
    auto part = page(wish);
    if (!part) return tl::unexpected(part.error());
    jobs.insert(jobs.end(), std::make_move_iterator(part->jobs.begin()),
                std::make_move_iterator(part->jobs.end()));
    if (!part->next || *part->next <= wish.after) return jobs;
    wish.after = *part->next;
  }
}

Result<std::vector<JobInfo>> ConnectedBackend::jobs() const {
  return all_pages(false);
}

Result<std::vector<JobInfo>> ConnectedBackend::all_jobs() const {
  return all_pages(true);
}

Result<ErrorReport> ConnectedBackend::error(JobId job) const {
  return ask<ErrorReport>({.target = job_path(job, "error")});
}

Result<std::vector<FileInfo>> ConnectedBackend::files(JobId job) const {
  auto list = ask<wire::FileList>({.target = job_path(job, "files")});
  if (!list) return tl::unexpected(list.error());
  return std::move(list->files);
}

Result<FilePieces> ConnectedBackend::pieces(JobId job, std::uint32_t file) const {
  auto const shown = ask<wire::PiecesShown>(
      {.target = job_path(job, "files/" + std::to_string(file) + "/pieces")});
  if (!shown) return tl::unexpected(shown.error());
  auto bits = from_base64(shown->bits);
  if (!bits || bits->size() != (std::uint64_t{shown->pieces} + 7) / 8) {
    return fail(Errc::protocol_error, "pieces", "of the daemon's answer make no map");
  }
  return FilePieces{shown->length, shown->piece_length, shown->pieces, shown->present,
                    std::move(*bits)};
}

Result<HttpAnswer> ConnectedBackend::answer(JobId job, std::uint32_t file) const {
  return ask<HttpAnswer>({.target = job_path(job, "files/" + std::to_string(file) + "/answer")});
}

Result<std::string> ConnectedBackend::why(JobId job) const {
  return call({.target = job_path(job, "why")}).body;
}

Result<JobInfo> ConnectedBackend::wait(JobId job, std::optional<Duration> timeout) const {
  using std::chrono::steady_clock;
  auto const end = timeout ? steady_clock::now() + *timeout : steady_clock::time_point::max();
  while (true) {
    auto const left = end - std::min(end, steady_clock::now());
    auto const seconds = std::chrono::duration<double>(std::min<Duration>(left, kWaitTurn)).count();
    auto const waited =
        ask<wire::Waited>({.target = job_path(job, "wait?timeout=" + std::to_string(seconds))});
    if (!waited) return tl::unexpected(waited.error());
    if (waited->settled) return waited->job;
    if (steady_clock::now() >= end) {
      return fail(Errc::timed_out, "job " + to_string(job), "is not done yet");
    }
  }
}

std::shared_ptr<void> ConnectedBackend::watch(Client::Listener listener) const {
  if (refused_) return std::make_shared<int>();
  return connection_->events->watch(std::move(listener));
}

Result<void> ConnectedBackend::set_download_limit(BytesPerSecond limit) {
  auto const reply =
      call({.method = "PUT", .target = "/v1/limits", .body = wire::write(wire::Limits{limit})});
  return reply.body ? Result<void>() : tl::unexpected(reply.body.error());
}

Result<void> ConnectedBackend::set_conditions(Conditions conditions) {
  auto const reply =
      call({.method = "PUT", .target = "/v1/conditions", .body = wire::write(conditions)});
  return reply.body ? Result<void>() : tl::unexpected(reply.body.error());
}

Result<std::vector<ContentInfo>> ConnectedBackend::contents() const {
  auto list = ask<wire::ContentList>({.target = "/v1/contents"});
  if (!list) return tl::unexpected(list.error());
  return std::move(list->contents);
}

Result<Bytes> ConnectedBackend::verify(ContentId content) {
  auto const wrong = ask<wire::WrongBytes>(
      {.method = "POST", .target = content_path(content, "verify"), .slow = true});
  if (!wrong) return tl::unexpected(wrong.error());
  return wrong->wrong_bytes;
}

Result<void> ConnectedBackend::pin(ContentId content, std::optional<WallTime> until) {
  auto const reply = call({.method = "POST",
                           .target = content_path(content, "pin"),
                           .body = wire::write(wire::PinRequest{until}),
                           .slow = true});
  return reply.body ? Result<void>() : tl::unexpected(reply.body.error());
}

Result<Bytes> ConnectedBackend::purge(ContentId content) {
  auto const gone = ask<wire::Purged>({.method = "POST", .target = content_path(content, "purge")});
  if (!gone) return tl::unexpected(gone.error());
  return gone->deleted_bytes;
}

Result<void> ConnectedBackend::share(ContentId content, std::optional<Duration> for_a_while) {
  auto const reply = call({.method = "POST",
                           .target = content_path(content, "share"),
                           .body = wire::write(wire::ShareRequest{for_a_while}),
                           .slow = true});
  return reply.body ? Result<void>() : tl::unexpected(reply.body.error());
}

Result<void> ConnectedBackend::unshare(ContentId content) {
  auto const reply = call({.method = "POST", .target = content_path(content, "unshare")});
  return reply.body ? Result<void>() : tl::unexpected(reply.body.error());
}

Result<std::vector<PeerStatus>> ConnectedBackend::peers() const {
  auto list = ask<wire::PeerList>({.target = "/v1/peers"});
  if (!list) return tl::unexpected(list.error());
  return std::move(list->peers);
}

Result<std::vector<PeerBan>> ConnectedBackend::bans() const {
  auto list = ask<wire::PeerList>({.target = "/v1/peers"});
  if (!list) return tl::unexpected(list.error());
  return std::move(list->bans);
}

Result<std::uint16_t> ConnectedBackend::peer_port() const {
  auto const port = ask<wire::Port>({.target = "/v1/peers/port", .slow = true});
  if (!port) return tl::unexpected(port.error());
  return port->port;
}

}  // namespace freshet::remote
