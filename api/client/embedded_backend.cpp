#include "api/client/embedded_backend.h"

#include <unistd.h>

#include <future>
#include <utility>

#include "api/client/manifests.h"
#include "api/client/path_check.h"
#include "engine/ports/share_marks.h"
#include "engine/share/sharing.h"
#include "peer/swarm.h"

namespace freshet {

namespace {

ContentInfo info_of(StoredContent const& content, ShareMarks const& marks) {
  ContentInfo info{.content = content.content,
                   .length = content.length,
                   .present = content.present,
                   .sealed = content.sealed,
                   .path = content.path};
  auto const mark = marks.marked().find(content.spool);
  info.shared = mark != marks.marked().end();
  if (info.shared && mark->second != kUntilUnshared) info.shared_until = mark->second;
  return info;
}

// Paths of another user are his business: he may see what this process may not, and places there.
Result<void> prepare(std::vector<FileSpec>& files, Caller const& caller) {
  bool const own = caller.uid == ::geteuid();
  if (auto checked = own ? check_paths(files) : Result<void>(); !checked) return checked;
  return read_manifests(files);
}

Caller this_process() {
  auto const uid = static_cast<std::uint32_t>(::geteuid());
  return {uid, uid == 0};
}

// Events of jobs that the caller may see, without what it may not.
Client::Listener shown_to(Caller caller, Client::Listener listener) {
  return [caller, listener = std::move(listener)](JobEvent const& event) {
    if (event.job.owner == caller.uid) return listener(event);
    if (!caller.administrator) return;
    auto shown = event;
    shown.job.spec.headers.clear();
    shown.job.spec.http.drop_secrets();
    listener(shown);
  };
}

// Bytes of pieces that are not right.
Bytes wrong_bytes(PieceMap const& right, Bytes length) {
  Bytes wrong = 0;
  auto const piece_length = piece_length_for(length);
  for (auto const range : right.absent_ranges()) {
    auto const first = bytes_of(range.begin, piece_length, length).begin;
    auto const end = std::min<Bytes>(to_number(range.end) * piece_length, length);
    wrong += end - first;
  }
  return wrong;
}

}  // namespace

Result<Client> Client::open(Options options) {
  auto engine = EmbeddedEngine::open(options);
  if (!engine) return tl::unexpected(engine.error());
  return ClientMaker::make(std::make_unique<EmbeddedBackend>(std::move(*engine), this_process()));
}

Result<JobId> EmbeddedBackend::create(JobSpec spec, std::vector<FileSpec> files, bool start,
                                      std::optional<JobId> id) {
  if (auto prepared = prepare(files, caller_); !prepared) return tl::unexpected(prepared.error());
  return ask<Result<JobId>>([&](auto const& answer) {
    book().create(caller_, {std::move(spec), std::move(files), start, id}, answer);
  });
}

Result<void> EmbeddedBackend::add_files(JobId job, std::vector<FileSpec> files) {
  if (auto prepared = prepare(files, caller_); !prepared) return prepared;
  return ask<Result<void>>(
      [&](auto const& answer) { book().add_files(caller_, job, std::move(files), answer); });
}

Result<void> EmbeddedBackend::resume(JobId job) {
  return ask<Result<void>>([&](auto const& answer) { book().resume(caller_, job, answer); });
}

Result<void> EmbeddedBackend::suspend(JobId job) {
  return ask<Result<void>>([&](auto const& answer) { book().suspend(caller_, job, answer); });
}

Result<void> EmbeddedBackend::cancel(JobId job) {
  return ask<Result<void>>([&](auto const& answer) { book().cancel(caller_, job, answer); });
}

Result<Completion> EmbeddedBackend::complete(JobId job) {
  return ask<Result<Completion>>(
      [&](auto const& answer) { book().complete(caller_, job, answer); });
}

Result<void> EmbeddedBackend::configure(JobId job, JobSpec spec) {
  return ask<Result<void>>(
      [&](auto const& answer) { book().configure(caller_, job, std::move(spec), answer); });
}

Result<JobInfo> EmbeddedBackend::job(JobId job) const {
  return look<Result<JobInfo>>([&] { return book().job(caller_, job); });
}

Result<std::vector<JobInfo>> EmbeddedBackend::jobs() const {
  return look<std::vector<JobInfo>>([&] { return book().jobs(caller_); });
}

Result<std::vector<FileInfo>> EmbeddedBackend::files(JobId job) const {
  return look<Result<std::vector<FileInfo>>>([&] { return book().files(caller_, job); });
}

Result<std::string> EmbeddedBackend::why(JobId job) const {
  return look<Result<std::string>>([&] { return book().why(caller_, job); });
}

Result<JobInfo> EmbeddedBackend::wait(JobId job, std::optional<Duration> timeout) const {
  // Both sides keep the promise: the loop may answer after this call gave up.
  auto const promise = std::make_shared<std::promise<Result<JobInfo>>>();
  auto future = promise->get_future();
  auto& engine = *engine_;
  // After what is under way is durable, so that a settled state is one that stays.
  auto const begin = [&](auto const& answer) {
    engine.book().flush([&engine, caller = caller_, job, promise, answer] {
      auto const now = engine.book().job(caller, job);
      if (!now || is_settled(now->state)) {
        promise->set_value(now);
        return answer(std::uint64_t{0});
      }
      answer(engine.hub().await(job, [promise](JobInfo const& info) { promise->set_value(info); }));
    });
  };
  auto const waiter = ask<std::uint64_t>(begin);
  if (!timeout) return future.get();
  if (future.wait_for(*timeout) == std::future_status::ready) return future.get();
  // Afterwards nobody answers any more, unless that has happened just now.
  look<bool>([&] { return engine.hub().forget(waiter), true; });
  if (future.wait_for(Duration::zero()) == std::future_status::ready) return future.get();
  return fail(Errc::timed_out, "job " + to_string(job), "is not done yet");
}

std::shared_ptr<void> EmbeddedBackend::watch(Client::Listener listener) const {
  auto& engine = *engine_;
  auto const id = look<std::uint64_t>(
      [&] { return engine.hub().listeners().add(shown_to(caller_, std::move(listener))); });
  // The hub is gone after the engine: then there is nothing to remove.
  auto const remove = [this_loop = &engine.loop(), hub = engine.weak_hub(), id](void*) {
    auto const alive = hub.lock();
    if (!alive) return;
    if (this_loop->in_loop()) return alive->listeners().remove(id);
    auto const removed = std::make_shared<std::promise<void>>();
    this_loop->post([alive, id, removed] {
      alive->listeners().remove(id);
      removed->set_value();
    });
    removed->get_future().wait();
  };
  static char anything;
  return {&anything, remove};
}

Result<void> EmbeddedBackend::set_download_limit(BytesPerSecond limit) {
  look<bool>([&] { return engine_->set_download_limit(limit), true; });
  return {};
}

Result<std::vector<ContentInfo>> EmbeddedBackend::contents() const {
  return look<std::vector<ContentInfo>>([&] {
    std::vector<ContentInfo> infos;
    auto& engine = *engine_;
    for (auto const& content : engine.contents().list()) {
      infos.push_back(info_of(content, engine.share_marks()));
    }
    return infos;
  });
}

Result<Bytes> EmbeddedBackend::verify(ContentId content) {
  return ask<Result<Bytes>>([&](auto const& answer) {
    auto& store = engine_->contents();
    for (auto const& stored : store.list()) {
      if (stored.content != content || !stored.sealed) continue;
      return store.verify(stored.spool, [answer, content](Result<PieceMap> const& right) {
        if (!right) return answer(tl::unexpected(right.error()));
        answer(wrong_bytes(*right, content.length));
      });
    }
    answer(fail(Errc::not_found, "content " + to_string(content), "is not stored here"));
  });
}

Result<void> EmbeddedBackend::share(ContentId content, std::optional<Duration> for_a_while) {
  return ask<Result<void>>(
      [&](auto const& answer) { engine_->sharing().share(content, for_a_while, answer); });
}

Result<void> EmbeddedBackend::unshare(ContentId content) {
  return look<Result<void>>([&]() -> Result<void> {
    if (engine_->sharing().unshare(content)) return {};
    return fail(Errc::not_found, "content " + to_string(content), "is not shared");
  });
}

Result<void> EmbeddedBackend::pin(ContentId content, std::optional<WallTime> until) {
  return ask<Result<void>>(
      [&](auto const& answer) { engine_->sharing().pin(content, until, answer); });
}

Result<Bytes> EmbeddedBackend::purge(ContentId content) {
  return look<Result<Bytes>>([&]() -> Result<Bytes> {
    if (auto const job = book().holder_of(content)) {
      return fail(Errc::invalid_state, "content " + to_string(content),
                  "is needed by job " + to_string(*job));
    }
    return engine_->sharing().purge(content);
  });
}

Result<std::vector<PeerStatus>> EmbeddedBackend::peers() const {
  return ask<std::vector<PeerStatus>>([&](auto const& answer) {
    auto* const swarm = engine_->swarm();
    if (swarm == nullptr) return answer({});
    swarm->peers(answer);
  });
}

Result<std::vector<PeerBan>> EmbeddedBackend::bans() const {
  return look<std::vector<PeerBan>>([&] {
    auto* const swarm = engine_->swarm();
    return swarm == nullptr ? std::vector<PeerBan>{} : swarm->bans();
  });
}

Result<std::uint16_t> EmbeddedBackend::peer_port() const {
  return ask<Result<std::uint16_t>>([&](auto const& answer) {
    auto* const swarm = engine_->swarm();
    if (swarm == nullptr) return answer(fail(Errc::policy_refused, "peers", "are off"));
    swarm->when_listening(answer);
  });
}

}  // namespace freshet
