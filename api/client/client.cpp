// The methods of clients, whatever they go to.
#include "freshet/client.h"

#include "api/client/backend.h"
#include "api/client/byte_stream.h"

namespace freshet {

Client::Client(std::unique_ptr<Backend> backend) : backend_(std::move(backend)) {}
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;
Client::~Client() = default;

Client Client::as(Caller caller) const {
  return Client(backend_->as(caller));
}

Result<JobId> Client::create(JobSpec spec, std::vector<FileSpec> files) {
  return backend_->create(std::move(spec), std::move(files), false, std::nullopt);
}
Result<JobId> Client::start(JobSpec spec, std::vector<FileSpec> files) {
  return backend_->create(std::move(spec), std::move(files), true, std::nullopt);
}
Result<void> Client::add_files(JobId job, std::vector<FileSpec> files) {
  return backend_->add_files(job, std::move(files));
}
Result<void> Client::resume(JobId job) {
  return backend_->resume(job);
}
Result<void> Client::suspend(JobId job) {
  return backend_->suspend(job);
}
Result<void> Client::cancel(JobId job) {
  return backend_->cancel(job);
}
Result<Completion> Client::complete(JobId job) {
  return backend_->complete(job);
}
Result<void> Client::place_into(JobId job, std::uint32_t file, int descriptor) {
  return backend_->place_into(job, file, descriptor);
}
Result<Completion> Client::complete_placed(JobId job, std::vector<std::uint32_t> placed) {
  return backend_->complete_placed(job, std::move(placed));
}
Result<ReadBytes> Client::read(JobId job, std::uint32_t file, Bytes begin,
                               std::span<std::byte> into) const {
  if (into.empty()) return fail(Errc::invalid_argument, "into", "has no room for a byte");
  if (begin >= kToEnd - into.size())
    return fail(Errc::invalid_range, "begin", "is no place in a file");
  return backend_->read(job, file, begin, into);
}
Result<Bytes> Client::stream(JobId job, std::uint32_t file, Sink const& sink,
                             StreamOptions options) const {
  return ByteStream(*backend_, job, file, options).run(sink);
}
Result<void> Client::prefer(JobId job, std::uint32_t file, std::vector<ByteRange> ranges) {
  return backend_->prefer(job, file, std::move(ranges));
}
Result<void> Client::configure(JobId job, JobSpec spec) {
  return backend_->configure(job, std::move(spec));
}

Result<void> Client::set_urls(JobId job, std::uint32_t file, std::vector<std::string> urls) {
  return backend_->set_urls(job, file, std::move(urls));
}
Result<void> Client::change_file(JobId job, std::uint32_t file, FileChange change) {
  return backend_->change_file(job, file, std::move(change));
}
Result<std::uint32_t> Client::replace_prefix(JobId job, std::string const& from,
                                             std::string const& to) {
  return backend_->replace_prefix(job, from, to);
}
Result<void> Client::validate(JobId job, std::uint32_t file, bool right) {
  return backend_->validate(job, file, right);
}
Result<void> Client::take_ownership(JobId job) {
  return backend_->take_ownership(job);
}
Result<void> Client::notify(JobId job, NoticeHandler handler) {
  return backend_->notify(job, std::move(handler));
}

Result<JobInfo> Client::job(JobId job) const {
  return backend_->job(job);
}
Result<std::vector<JobInfo>> Client::jobs() const {
  return backend_->jobs();
}
Result<std::vector<JobInfo>> Client::all_jobs() const {
  return backend_->all_jobs();
}
Result<ErrorReport> Client::error(JobId job) const {
  return backend_->error(job);
}
Result<std::vector<FileInfo>> Client::files(JobId job) const {
  return backend_->files(job);
}
Result<FilePieces> Client::pieces(JobId job, std::uint32_t file) const {
  return backend_->pieces(job, file);
}
Result<HttpAnswer> Client::answer(JobId job, std::uint32_t file) const {
  return backend_->answer(job, file);
}
Result<std::string> Client::why(JobId job) const {
  return backend_->why(job);
}

Result<JobInfo> Client::wait(JobId job, std::optional<Duration> timeout) const {
  return backend_->wait(job, timeout);
}
std::shared_ptr<void> Client::watch(Listener listener) const {
  return backend_->watch(std::move(listener));
}

Result<void> Client::set_download_limit(BytesPerSecond limit) {
  return backend_->set_download_limit(limit);
}
Result<void> Client::set_conditions(Conditions conditions) {
  return backend_->set_conditions(conditions);
}

Result<std::vector<ContentInfo>> Client::contents() const {
  return backend_->contents();
}
Result<Bytes> Client::verify(ContentId content) {
  return backend_->verify(content);
}
Result<void> Client::share(ContentId content, std::optional<Duration> for_a_while) {
  return backend_->share(content, for_a_while);
}
Result<void> Client::unshare(ContentId content) {
  return backend_->unshare(content);
}
Result<void> Client::pin(ContentId content, std::optional<WallTime> until) {
  return backend_->pin(content, until);
}
Result<void> Client::unpin(ContentId content) {
  return backend_->unshare(content);
}
Result<Bytes> Client::purge(ContentId content) {
  return backend_->purge(content);
}
Result<std::vector<PeerStatus>> Client::peers() const {
  return backend_->peers();
}
Result<std::vector<PeerBan>> Client::bans() const {
  return backend_->bans();
}
Result<std::uint16_t> Client::peer_port() const {
  return backend_->peer_port();
}

Result<std::vector<PolicyEntry>> Client::policies() const {
  return backend_->policies();
}
Result<PolicyVerdict> Client::verdict() const {
  return backend_->verdict();
}
Result<void> Client::reload_policies() {
  return backend_->reload_policies();
}
Result<std::vector<FileStatus>> Client::status() const {
  return backend_->status();
}
Result<PerfSnapshot> Client::perf() const {
  return backend_->perf(false);
}
Result<PerfSnapshot> Client::perf_this_month() const {
  return backend_->perf(true);
}
Result<std::string> Client::page_url() const {
  return backend_->page_url();
}

}  // namespace freshet
