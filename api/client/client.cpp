#include "freshet/client.h"

#include <unistd.h>

#include <future>
#include <utility>

#include "api/client/client_impl.h"
#include "api/client/manifests.h"
#include "api/client/path_check.h"
#include "engine/share/sharing.h"
#include "peer/swarm.h"

namespace freshet {

namespace {

ContentInfo info_of(StoredContent const& content, Sharing const& sharing) {
  return {content.content, content.length, content.present,
          content.sealed,  content.path,   sharing.holds(content.spool)};
}

Result<void> prepare(std::vector<FileSpec>& files) {
  if (auto checked = check_paths(files); !checked) return checked;
  for (auto& file : files) {
    if (auto resolved = resolve_magnet(file); !resolved) return resolved;
    if (auto read = read_manifest(file); !read) return read;
  }
  return {};
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

Result<JobId> Client::Impl::create(NewJob job) const {
  if (auto prepared = prepare(job.files); !prepared) return tl::unexpected(prepared.error());
  return ask<Result<JobId>>(
      [&](auto const& answer) { book().create(caller, std::move(job), answer); });
}

Result<Client> Client::open(Options options) {
  auto engine = EmbeddedEngine::open(options);
  if (!engine) return tl::unexpected(engine.error());
  return Client(std::make_unique<Impl>(std::move(*engine), this_process()));
}

Client::Client(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;
Client::~Client() = default;

Result<JobId> Client::create(JobSpec spec, std::vector<FileSpec> files) {
  return impl_->create({std::move(spec), std::move(files)});
}

Result<JobId> Client::start(JobSpec spec, std::vector<FileSpec> files) {
  return impl_->create({std::move(spec), std::move(files), true});
}

Result<void> Client::add_files(JobId job, std::vector<FileSpec> files) {
  if (auto prepared = prepare(files); !prepared) return prepared;
  return impl_->ask<Result<void>>([&](auto const& answer) {
    impl_->book().add_files(impl_->caller, job, std::move(files), answer);
  });
}

Result<void> Client::resume(JobId job) {
  return impl_->ask<Result<void>>(
      [&](auto const& answer) { impl_->book().resume(impl_->caller, job, answer); });
}

Result<void> Client::suspend(JobId job) {
  return impl_->ask<Result<void>>(
      [&](auto const& answer) { impl_->book().suspend(impl_->caller, job, answer); });
}

Result<void> Client::cancel(JobId job) {
  return impl_->ask<Result<void>>(
      [&](auto const& answer) { impl_->book().cancel(impl_->caller, job, answer); });
}

Result<Completion> Client::complete(JobId job) {
  return impl_->ask<Result<Completion>>(
      [&](auto const& answer) { impl_->book().complete(impl_->caller, job, answer); });
}

Result<void> Client::configure(JobId job, JobSpec spec) {
  return impl_->ask<Result<void>>([&](auto const& answer) {
    impl_->book().configure(impl_->caller, job, std::move(spec), answer);
  });
}

Result<JobInfo> Client::job(JobId job) const {
  return impl_->look<Result<JobInfo>>([&] { return impl_->book().job(impl_->caller, job); });
}

std::vector<JobInfo> Client::jobs() const {
  return impl_->look<std::vector<JobInfo>>([&] { return impl_->book().jobs(impl_->caller); });
}

Result<std::vector<FileInfo>> Client::files(JobId job) const {
  return impl_->look<Result<std::vector<FileInfo>>>(
      [&] { return impl_->book().files(impl_->caller, job); });
}

Result<std::string> Client::why(JobId job) const {
  return impl_->look<Result<std::string>>([&] { return impl_->book().why(impl_->caller, job); });
}

Result<JobInfo> Client::wait(JobId job, std::optional<Duration> timeout) const {
  // Both sides keep the promise: the loop may answer after this call gave up.
  auto const promise = std::make_shared<std::promise<Result<JobInfo>>>();
  auto future = promise->get_future();
  auto& engine = *impl_->engine;
  auto const caller = impl_->caller;
  // After what is under way is durable, so that a settled state is one that stays.
  auto const begin = [&](auto const& answer) {
    engine.book().flush([&engine, caller, job, promise, answer] {
      auto const now = engine.book().job(caller, job);
      if (!now || is_settled(now->state)) {
        promise->set_value(now);
        return answer(std::uint64_t{0});
      }
      answer(engine.hub().await(job, [promise](JobInfo const& info) { promise->set_value(info); }));
    });
  };
  auto const waiter = impl_->ask<std::uint64_t>(begin);
  if (!timeout) return future.get();
  if (future.wait_for(*timeout) == std::future_status::ready) return future.get();
  // Afterwards nobody answers any more, unless that has happened just now.
  impl_->look<bool>([&] { return engine.hub().forget(waiter), true; });
  if (future.wait_for(Duration::zero()) == std::future_status::ready) return future.get();
  return fail(Errc::timed_out, "job " + to_string(job), "is not done yet");
}

std::shared_ptr<void> Client::watch(Listener listener) const {
  auto& engine = *impl_->engine;
  auto const id = impl_->look<std::uint64_t>(
      [&] { return engine.hub().add(shown_to(impl_->caller, std::move(listener))); });
  // The hub is gone after the engine: then there is nothing to remove.
  auto const remove = [this_loop = &engine.loop(), hub = engine.weak_hub(), id](void*) {
    auto const alive = hub.lock();
    if (!alive) return;
    if (this_loop->in_loop()) return alive->remove(id);
    auto const removed = std::make_shared<std::promise<void>>();
    this_loop->post([alive, id, removed] {
      alive->remove(id);
      removed->set_value();
    });
    removed->get_future().wait();
  };
  static char anything;
  return {&anything, remove};
}

void Client::set_download_limit(BytesPerSecond limit) {
  impl_->look<bool>([&] { return impl_->engine->transfers().set_limit(limit), true; });
}

std::vector<ContentInfo> Client::contents() const {
  return impl_->look<std::vector<ContentInfo>>([&] {
    std::vector<ContentInfo> infos;
    auto& engine = *impl_->engine;
    for (auto const& content : engine.contents().list()) {
      infos.push_back(info_of(content, engine.sharing()));
    }
    return infos;
  });
}

Result<Bytes> Client::verify(ContentId content) {
  return impl_->ask<Result<Bytes>>([&](auto const& answer) {
    auto& store = impl_->engine->contents();
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

Result<void> Client::share(ContentId content) {
  return impl_->ask<Result<void>>(
      [&](auto const& answer) { impl_->engine->sharing().share(content, answer); });
}

Result<void> Client::unshare(ContentId content) {
  return impl_->look<Result<void>>([&]() -> Result<void> {
    if (impl_->engine->sharing().unshare(content)) return {};
    return fail(Errc::not_found, "content " + to_string(content), "is not shared");
  });
}

std::vector<PeerStatus> Client::peers() const {
  return impl_->ask<std::vector<PeerStatus>>([&](auto const& answer) {
    auto* const swarm = impl_->engine->swarm();
    if (swarm == nullptr) return answer({});
    swarm->peers(answer);
  });
}

Result<std::uint16_t> Client::peer_port() const {
  return impl_->ask<Result<std::uint16_t>>([&](auto const& answer) {
    auto* const swarm = impl_->engine->swarm();
    if (swarm == nullptr) return answer(fail(Errc::policy_refused, "peers", "are off"));
    swarm->when_listening(answer);
  });
}

}  // namespace freshet
